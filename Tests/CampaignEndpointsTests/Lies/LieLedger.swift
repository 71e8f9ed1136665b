import Synchronization

/// What a lying server knows of the truth: the oracle.
final class LieLedger: Sendable {
    struct Copy: Hashable, Sendable {
        /// On which connection, from 0.
        var connection: Int
        /// Whether the server told its client that it has taken the message.
        var isAcknowledged: Bool
        /// Whether it told its client that it has not.
        var isDenied: Bool
    }

    private struct State {
        var copies: [String: [Copy]] = [:]
        var connections = 0
        var open = 0
        var lies = 0
        var whenQuiet: [CheckedContinuation<Void, Never>] = []
        var whenAccepted: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// A connection was made; its number.
    func opened() -> Int {
        let (number, waiting) = state.withLock { state in
            state.open += 1
            state.connections += 1
            let (connections, waiting) = (state.connections, state.whenAccepted)
            state.whenAccepted.removeAll { $0.count <= connections }
            return (connections - 1, waiting.filter { $0.count <= connections })
        }
        for waiter in waiting { waiter.continuation.resume() }
        return number
    }

    /// Whoever waits for connections waits no longer.
    func release() {
        let waiting = state.withLock { state in
            defer { state.whenAccepted = [] }
            return state.whenAccepted
        }
        for waiter in waiting { waiter.continuation.resume() }
    }

    /// Until so many connections were made.
    func accepted(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.connections < count { state.whenAccepted.append((count, continuation)) }
                return state.connections >= count
            }
            if isReached { continuation.resume() }
        }
    }

    func closed() {
        let waiting = state.withLock { state in
            state.open -= 1
            guard state.open == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { state.whenQuiet = [] }
            return state.whenQuiet
        }
        for continuation in waiting { continuation.resume() }
    }

    func kept(_ recipient: String, _ copy: Copy) {
        state.withLock { $0.copies[recipient, default: []].append(copy) }
    }

    func lied() { state.withLock { $0.lies += 1 } }

    func copies(_ recipient: String) -> [Copy] { state.withLock { $0.copies[recipient] ?? [] } }
    var connections: Int { state.withLock { $0.connections } }
    var lies: Int { state.withLock { $0.lies } }
    var open: Int { state.withLock { $0.open } }

    /// Until no connection is open.
    func quiet() async {
        await withCheckedContinuation { continuation in
            let isQuiet = state.withLock { state in
                if state.open > 0 { state.whenQuiet.append(continuation) }
                return state.open == 0
            }
            if isQuiet { continuation.resume() }
        }
    }
}
