import CampaignDomain
import Synchronization

/// Passes the newest progress of one job to whoever looks: slow readers miss intermediate values, never the last.
final class ProgressChannel: Sendable {
    private struct State {
        var latest: JobProgress?
        var readers: [AsyncStream<JobProgress>.Continuation] = []
        var failure: EngineError?
        var isOver = false
    }

    private let state = Mutex(State())
    /// Told of every value, on the log thread.
    private let observer: (@Sendable (JobProgress) -> Void)?

    init(observer: (@Sendable (JobProgress) -> Void)? = nil) { self.observer = observer }

    func publish(_ progress: JobProgress) {
        let readers = state.withLock { state in
            state.latest = progress
            if progress.ending != nil { state.isOver = true }
            return state.readers
        }
        observer?(progress)
        for reader in readers {
            reader.yield(progress)
            if progress.ending != nil { reader.finish() }
        }
    }

    /// The engine ended without an ending of the job.
    func fail(_ error: EngineError) {
        let readers = state.withLock { state in
            if !state.isOver { state.failure = error }
            state.isOver = true
            return state.readers
        }
        for reader in readers { reader.finish() }
    }

    var isOver: Bool { state.withLock { $0.isOver } }
    var failure: EngineError? { state.withLock { $0.failure } }
    var latest: JobProgress? { state.withLock { $0.latest } }

    func stream() -> AsyncStream<JobProgress> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            state.withLock { state in
                if let latest = state.latest { continuation.yield(latest) }
                if state.isOver { continuation.finish() } else { state.readers.append(continuation) }
            }
        }
    }
}
