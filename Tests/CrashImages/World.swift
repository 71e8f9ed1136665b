import Synchronization

/// What has happened outside of the journal and cannot be taken back: messages accepted, messages prepared.
final class World: Sendable {
    private struct State {
        var copies: [Message: Int] = [:]
        var prepared: Set<Message> = []
        var acceptedCount = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>
    private let note: @Sendable (Mark) -> Void

    /// - Parameter note: is told of everything, in order, before anyone else learns of it.
    init(
        accepted: ArraySlice<Message> = [], prepared: ArraySlice<Message> = [],
        note: @escaping @Sendable (Mark) -> Void = { _ in }
    ) {
        var state = State()
        for message in accepted { state.copies[message, default: 0] += 1 }
        state.prepared = Set(prepared)
        self.state = Mutex(state)
        self.note = note
    }

    func accept(_ message: Message) {
        let reached = state.withLock { state in
            note(.accepted(message))
            state.copies[message, default: 0] += 1
            state.acceptedCount += 1
            let count = state.acceptedCount
            defer { state.watchers.removeAll { $0.count <= count } }
            return state.watchers.filter { $0.count <= count }
        }
        for watcher in reached { watcher.continuation.resume() }
    }

    func prepare(_ message: Message) {
        state.withLock { state in
            note(.prepared(message))
            state.prepared.insert(message)
        }
    }

    func copies(of message: Message) -> Int { state.withLock { $0.copies[message] ?? 0 } }
    func isPrepared(_ message: Message) -> Bool { state.withLock { $0.prepared.contains(message) } }

    /// Until so many messages have been accepted.
    func waitUntilAccepted(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.acceptedCount < count { state.watchers.append((count, continuation)) }
                return state.acceptedCount >= count
            }
            if isReached { continuation.resume() }
        }
    }
}
