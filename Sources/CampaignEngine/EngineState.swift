import CampaignDomain
import Dispatch
import Synchronization

/// What callers of the engine share: the progress channels, and whether the log thread still runs.
final class EngineState: Sendable {
    private struct State {
        var channels: [JobID: ProgressChannel] = [:]
        var refusesMore = false
        var hasEnded = false
        var failure: EngineError?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var failure: EngineError? { state.withLock { $0.failure } }

    func channel(_ job: JobID) -> ProgressChannel {
        state.withLock { state in
            if let channel = state.channels[job] { return channel }
            let channel = ProgressChannel()
            state.channels[job] = channel
            if state.hasEnded { channel.fail(state.failure ?? EngineError(.stopped, "the engine was stopped")) }
            return channel
        }
    }

    /// A run's own channel. Who has been waiting for the run since before it began is on it already; readers of an
    /// earlier run have seen its end.
    func newChannel(_ job: JobID) -> ProgressChannel {
        state.withLock { state in
            if let waiting = state.channels[job], !waiting.isOver { return waiting }
            let channel = ProgressChannel()
            state.channels[job] = channel
            return channel
        }
    }

    /// From now on `ifRunning` refuses: the log thread empties its inbox for the last time.
    func refuseMore() { state.withLock { $0.refusesMore = true } }

    /// Runs `body` unless the log thread is ending, with the end held off meanwhile.
    func ifRunning(_ body: () -> Void) -> Bool {
        state.withLock { state in
            guard !state.refusesMore else { return false }
            body()
            return true
        }
    }

    func end(_ failure: EngineError?) {
        let (waiters, channels) = state.withLock { state in
            state.hasEnded = true
            state.failure = failure
            defer { state.waiters = [] }
            return (state.waiters, Array(state.channels.values))
        }
        let error = failure ?? EngineError(.stopped, "the engine was stopped")
        for channel in channels { channel.fail(error) }
        for waiter in waiters { waiter.resume() }
    }

    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiters.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }
}

/// A result that one thread waits for and another fills.
final class ResultSlot: Sendable {
    private let result = Mutex<Result<Void, EngineError>?>(nil)
    private let bell = DispatchSemaphore(value: 0)

    func fill(_ value: Result<Void, EngineError>) {
        result.withLock { $0 = value }
        bell.signal()
    }

    func wait() -> Result<Void, EngineError> {
        bell.wait()
        return result.withLock { $0 } ?? .failure(EngineError(.stopped, "the engine has ended"))
    }
}
