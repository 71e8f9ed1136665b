import CampaignDomain
import Dispatch
import Synchronization

/// What reaches the log thread from outside.
enum Message: Sendable {
    case reports([DeliveryReport])
    case prepared(JobID, EndpointIndex, [Delivery])
    case unprepared(JobID, EndpointIndex, [Ordinal], EndpointFault)
    case unrenderable(JobID, EndpointIndex, Ordinal, String)
    case checked(JobID, EndpointIndex, EndpointFault?)
    case probed(JobID, EndpointIndex, [Ordinal], [ProbeVerdict])
    /// A call of the engine's API, carried out on the log thread.
    case command(@Sendable (Spine) -> Void)
}

/// The log thread's mailbox: filled from any thread, emptied at once by the log thread.
final class Inbox: Sendable {
    private struct State {
        var messages: [Message] = []
        var isAwake = false
    }

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    func put(_ message: Message) {
        let mustRing = state.withLock { state in
            state.messages.append(message)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if mustRing { bell.signal() }
    }

    /// Takes everything; waits until there is something or `milliseconds` have passed.
    func take(into messages: inout [Message], waitMilliseconds milliseconds: Int) {
        if state.withLock({ $0.messages.isEmpty }), milliseconds > 0 {
            _ = bell.wait(timeout: .now() + .milliseconds(milliseconds))
        }
        state.withLock { state in
            swap(&messages, &state.messages)
            state.isAwake = false
        }
    }
}
