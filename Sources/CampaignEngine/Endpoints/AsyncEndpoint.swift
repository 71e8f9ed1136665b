public import CampaignDomain
import Synchronization

/// An endpoint from one `async` function: the simplest way to send through something of your own.
///
/// ```swift
/// let endpoint = AsyncEndpoint(name: "printer", capacity: 4) { delivery in
///     var message: [UInt8] = []
///     try? delivery.render(into: &message)
///     return .sent(reply: "printed")
/// }
/// ```
public final class AsyncEndpoint: Endpoint {
    public let name: String
    public let capacity: Int
    public let policy: EndpointPolicy
    private let send: @Sendable (Delivery) async -> DeliveryOutcome
    private let reporter = Mutex<EndpointReporter?>(nil)

    public init(
        name: String, capacity: Int = 1, policy: EndpointPolicy = EndpointPolicy(),
        send: @escaping @Sendable (Delivery) async -> DeliveryOutcome
    ) {
        self.name = name
        self.capacity = max(capacity, 1)
        self.policy = policy
        self.send = send
    }

    public func attach(_ reporter: EndpointReporter) {
        self.reporter.withLock { $0 = reporter }
    }

    public func deliver(_ batch: [Delivery]) {
        guard let reporter = reporter.withLock({ $0 }) else { return }
        for delivery in batch {
            Task { [send] in
                reporter.report([DeliveryReport(delivery, await send(delivery))])
            }
        }
    }
}
