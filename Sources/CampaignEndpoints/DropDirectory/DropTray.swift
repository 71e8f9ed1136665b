import Dispatch
import Synchronization

/// Work for one thread: put in by any, taken out all at once by that one.
final class DropTray<Work: Sendable>: Sendable {
    private struct State {
        var work: [Work] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    /// False when nobody will take it any more.
    func put(_ work: Work) -> Bool {
        let isTaken = state.withLock { state in
            if !state.isClosed { state.work.append(work) }
            return !state.isClosed
        }
        if isTaken { bell.signal() }
        return isTaken
    }

    /// Waits until there is something.
    func take() -> [Work] {
        while true {
            bell.wait()
            let work = state.withLock { state in
                defer { state.work = [] }
                return state.work
            }
            if !work.isEmpty { return work }
        }
    }

    /// Takes no more from now on; what has come too late.
    func close() -> [Work] {
        state.withLock { state in
            state.isClosed = true
            defer { state.work = [] }
            return state.work
        }
    }
}
