import CampaignDomain
import CampaignEngine

/// An endpoint under another name: a drop directory's own name holds the place where it is, and images are looked at
/// elsewhere than they were recorded.
final class RenamedEndpoint: Endpoint {
    let name: String
    private let endpoint: any Endpoint

    init(_ endpoint: any Endpoint, name: String) {
        self.endpoint = endpoint
        self.name = name
    }

    var capacity: Int { endpoint.capacity }
    var preparesBeforeClaim: Bool { endpoint.preparesBeforeClaim }
    var policy: EndpointPolicy { endpoint.policy }

    func attach(_ reporter: EndpointReporter) { endpoint.attach(reporter) }
    func prepare(_ batch: [Delivery]) { endpoint.prepare(batch) }
    func deliver(_ batch: [Delivery]) { endpoint.deliver(batch) }
    func check() async -> EndpointFault? { await endpoint.check() }
    func probe(_ claims: [Delivery]) async -> [ProbeVerdict] { await endpoint.probe(claims) }
    func close(deadline: ContinuousClock.Instant) async { await endpoint.close(deadline: deadline) }
}
