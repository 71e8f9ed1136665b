public import CampaignDomain

/// Where messages go: an SMTP server, a drop directory, or anything of yours.
///
/// Calls come in batches from the engine's log thread and must return at once; answers go to the ``EndpointReporter`` given
/// to ``attach(_:)``, from any thread. Every delivery handed over gets exactly one report; one that was prepared may get it
/// before it is handed over (its connection was lost meanwhile), and is then not to be handed on.
///
/// For an endpoint that takes one message at a time with `async` code, use ``AsyncEndpoint``.
public protocol Endpoint: Sendable {
    /// The address as configured, without secrets. It is the endpoint's identity in the log.
    var name: String { get }
    /// Deliveries that may be in the endpoint's hands at once, being prepared or claimed; 1 or more. After a crash at most so
    /// many are in doubt, and fewer where an endpoint says `prepared` of fewer at a time.
    var capacity: Int { get }
    /// Connections that the capacity is spread over: what limits and slow start are counted in. 1 to ``capacity``.
    var connections: Int { get }
    /// Whether messages are made ready here before they are claimed. Then `prepare` is called before `deliver`, and what keeps
    /// a message from being handed over can be found out without a claim.
    var preparesBeforeClaim: Bool { get }
    /// Whether it calls ``Delivery/beginHandover()`` before a message can have been taken by its receiver, each time. What a
    /// crash then leaves is known better: see there.
    var recordsHandover: Bool { get }
    /// How it is treated: retries, rate, share, slow start.
    var policy: EndpointPolicy { get }

    /// Called once, before anything else.
    func attach(_ reporter: EndpointReporter)
    /// Gets messages ready without showing them to anyone. Answers each once: with `reporter.prepared`, from when on it must
    /// be able to hand the message over; with `reporter.unprepared` or `reporter.unrenderable`; or with a report, where a
    /// recipient is refused already.
    func prepare(_ batch: [Delivery])
    /// Forgets messages that were prepared: they will not be claimed. No answer is awaited. One that the endpoint does not
    /// know is none of its business.
    func discard(_ batch: [Delivery])
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
    public var connections: Int { capacity }
    public var preparesBeforeClaim: Bool { false }
    public var recordsHandover: Bool { false }
    public var policy: EndpointPolicy { EndpointPolicy() }
    public func prepare(_ batch: [Delivery]) {}
    public func discard(_ batch: [Delivery]) {}
    public func check() async -> EndpointFault? { nil }
    public func probe(_ claims: [Delivery]) async -> [ProbeVerdict] { claims.map { _ in .unknown } }
    public func close(deadline: ContinuousClock.Instant) async {}
}

/// Makes the endpoints of a job again from their names, so that an interrupted job can go on without its campaign file.
public typealias EndpointFactory = @Sendable (_ names: [String]) throws -> [any Endpoint]
