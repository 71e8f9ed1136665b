/// What became of one delivery, as its endpoint reports it.
public enum DeliveryOutcome: Hashable, Sendable {
    /// The endpoint has taken responsibility for the message. `reply` is its answer, for the log.
    case sent(reply: String)
    /// Not now (RFC 5321 §4.2.1, 4yz): tried again later, one attempt charged.
    case deferred(reply: String)
    /// The same, and the server wants less at a time (RFC 3463 X.7.x with 4yz, 450 and 451 for too many connections or
    /// messages): fewer connections are used for a while.
    case throttled(reply: String)
    /// Never (5yz).
    case failed(FailureKind, reply: String)
    /// Surely not accepted, and not the recipient's fault: back to the queue, no attempt charged.
    case notSent(EndpointFault)
    /// The connection was lost after the whole message was handed over and before the answer (RFC 1047).
    case inDoubt(EndpointFault)
}

/// Trouble of an endpoint, as opposed to a recipient's.
public struct EndpointFault: Error, Hashable, Sendable {
    public enum Severity: UInt8, Hashable, Sendable {
        /// One connection was lost: others may still work.
        case dropped = 0
        /// The endpoint takes nothing at present: refused, timed out, 421 in greeting, directory gone.
        case unavailable = 1
        /// The endpoint will never take anything from us as configured (RFC 4954, 535): removed at once.
        case hopeless = 2
    }

    public var severity: Severity
    public var reason: String

    public init(_ severity: Severity, _ reason: String) {
        self.severity = severity
        self.reason = reason
    }
}

/// An endpoint's answer to "did you take this message?", asked after a crash.
public enum ProbeVerdict: UInt8, Hashable, Sendable {
    case accepted = 0
    case notAccepted = 1
    case unknown = 2
}

/// What the machine needs to know of an endpoint before a run.
package struct EndpointSetup: Hashable, Sendable {
    /// The address as configured, without secrets: the endpoint's identity in the log.
    package var name: String
    /// Deliveries in hand at once, being prepared or claimed: 1 or more.
    package var capacity: Int
    /// Connections, over which the capacity is spread: 1 to ``capacity``.
    package var connections: Int
    /// Whether messages are made durable at the endpoint before they are claimed (drop directories).
    package var preparesBeforeClaim: Bool
    package var policy: EndpointPolicy

    package init(
        name: String, capacity: Int, connections: Int? = nil, preparesBeforeClaim: Bool = false,
        policy: EndpointPolicy = EndpointPolicy()
    ) {
        self.name = name
        self.capacity = max(capacity, 1)
        self.connections = min(max(connections ?? capacity, 1), max(capacity, 1))
        self.preparesBeforeClaim = preparesBeforeClaim
        self.policy = policy
    }
}

/// What a run may decide differently from the job's terms.
public struct RunOptions: Hashable, Sendable {
    /// Messages per hour; 0 is no limit, nil the job's own.
    public var ratePerHour: UInt32?
    /// nil is the job's own. `resend` also sends again what earlier runs left in doubt.
    public var inDoubt: InDoubtPolicy?
    /// nil is the job's own.
    public var retry: RetryPolicy?
    /// Limits by mail domain, which later runs keep too; nil is those of the run before.
    public var destinations: DestinationLimits?

    public init(
        ratePerHour: UInt32? = nil, inDoubt: InDoubtPolicy? = nil, retry: RetryPolicy? = nil,
        destinations: DestinationLimits? = nil
    ) {
        self.destinations = destinations
        self.ratePerHour = ratePerHour
        self.inDoubt = inDoubt
        self.retry = retry
    }
}
