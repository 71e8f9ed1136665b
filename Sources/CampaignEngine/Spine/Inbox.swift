import CampaignDomain
import Dispatch
import Synchronization

/// What reaches the log thread from outside.
enum Message: Sendable {
    case reports([DeliveryReport])
    case prepared(JobID, EndpointIndex, [Delivery])
    case unprepared(JobID, EndpointIndex, [Delivery], EndpointFault)
    case unrenderable(JobID, EndpointIndex, Ordinal, handout: UInt32, String)
    case checked(JobID, EndpointIndex, EndpointFault?)
    case probed(JobID, EndpointIndex, [Ordinal], [ProbeVerdict])
    /// A call of the engine's API, carried out on the log thread.
    case command(@Sendable (Spine) -> Void)
}

extension Message {
    private static let wholeGroup = 1 << 32

    /// Recipients that it is about; a person's call is worth a whole group.
    fileprivate var weight: Int {
        switch self {
        case .reports(let reports): reports.count
        case .prepared(_, _, let batch): batch.count
        case .unprepared(_, _, let batch, _): batch.count
        case .unrenderable: 1
        case .checked, .probed, .command: Self.wholeGroup
        }
    }
}

/// The log thread's mailbox: filled from any thread, emptied at once by the log thread.
final class Inbox: Sendable {
    private struct State {
        var messages: [Message] = []
        var weight = 0
        /// The weight that the log thread sleeps until; nil while it is awake.
        var sleepsUntil: Int?

        mutating func wakes() -> Bool {
            guard let wanted = sleepsUntil, weight >= wanted else { return false }
            sleepsUntil = nil
            return true
        }
    }

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    func put(_ message: Message) {
        let mustRing = state.withLock { state in
            state.messages.append(message)
            state.weight += message.weight
            return state.wakes()
        }
        if mustRing { bell.signal() }
    }

    /// Takes everything; waits until there is something or `milliseconds` have passed. With `gathering`, what has come is then
    /// let grow for a little.
    func take(into messages: inout [Message], waitMilliseconds milliseconds: Int, gathering: Gathering? = nil) {
        if milliseconds > 0, sleep(until: 1, .milliseconds(milliseconds)), let gathering {
            _ = sleep(until: gathering.enough, .nanoseconds(Int(gathering.patience.nanoseconds)))
        }
        state.withLock { state in
            swap(&messages, &state.messages)
            state.weight = 0
        }
    }

    /// Waits for that much weight; false when it has not come in time.
    private func sleep(until weight: Int, _ time: DispatchTimeInterval) -> Bool {
        let isThere = state.withLock { state in
            state.sleepsUntil = state.weight < weight ? weight : nil
            return state.sleepsUntil == nil
        }
        if isThere { return true }
        if bell.wait(timeout: .now() + time) == .success { return true }
        let isRinging = state.withLock { state in
            defer { state.sleepsUntil = nil }
            return state.sleepsUntil == nil
        }
        // Rung just now: the bell must be silent before the next sleep.
        if isRinging { bell.wait() }
        return isRinging
    }
}
