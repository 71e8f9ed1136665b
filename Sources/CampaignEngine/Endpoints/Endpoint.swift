public import CampaignDomain

/// Where messages go: an SMTP server, a drop directory, or anything of yours.
///
/// Calls come in batches from the engine's log thread and must return at once; answers go to the ``EndpointReporter`` given
/// to ``attach(_:)``, from any thread. Every delivery handed over gets exactly one report.
///
/// For an endpoint that takes one message at a time with `async` code, use ``AsyncEndpoint``.
public protocol Endpoint: Sendable {
    /// The address as configured, without secrets. It is the endpoint's identity in the log.
    var name: String { get }
    /// Deliveries that may be in the endpoint's hands at once, 1 or more: after a crash, at most so many are in doubt.
    var capacity: Int { get }
    /// Whether messages must be made durable here before they are claimed. Then `prepare` is called before `deliver`.
    var preparesBeforeClaim: Bool { get }
    /// How often trouble is tried again before the endpoint is removed.
    var policy: EndpointPolicy { get }

    /// Called once, before anything else.
    func attach(_ reporter: EndpointReporter)
    /// Makes messages durable without showing them to anyone; answers with `reporter.prepared` or `reporter.unprepared`.
    func prepare(_ batch: [Delivery])
    /// Hands claimed messages over; answers each with `reporter.report`.
    func deliver(_ batch: [Delivery])
    /// Sees whether the endpoint can be reached; nil if so.
    func check() async -> EndpointFault?
    /// After a crash: what became of these messages, one verdict for each, in order.
    func probe(_ claims: [Delivery]) async -> [ProbeVerdict]
    /// Ends: what has not been handed over is reported as not sent, what has is waited for until `deadline` at most.
    func close(deadline: ContinuousClock.Instant) async
}

extension Endpoint {
    public var preparesBeforeClaim: Bool { false }
    public var policy: EndpointPolicy { EndpointPolicy() }
    public func prepare(_ batch: [Delivery]) {}
    public func check() async -> EndpointFault? { nil }
    public func probe(_ claims: [Delivery]) async -> [ProbeVerdict] { claims.map { _ in .unknown } }
    public func close(deadline: ContinuousClock.Instant) async {}
}

/// Makes the endpoints of a job again from their names, so that an interrupted job can go on without its campaign file.
public typealias EndpointFactory = @Sendable (_ names: [String]) throws -> [any Endpoint]
