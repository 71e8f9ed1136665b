import CampaignDomain
import CampaignEngine
import Synchronization

/// A drop directory without files: prepares before the claim, and can tell after a crash what became of a claim.
final class ShelfEndpoint: Endpoint {
    let name: String
    let capacity: Int
    var preparesBeforeClaim: Bool { true }
    private let world: World
    private let reporter = Mutex<EndpointReporter?>(nil)

    init(name: String, capacity: Int, world: World) {
        self.name = name
        self.capacity = capacity
        self.world = world
    }

    func attach(_ reporter: EndpointReporter) { self.reporter.withLock { $0 = reporter } }

    func prepare(_ batch: [Delivery]) {
        for delivery in batch { world.prepare(Message(delivery)) }
        reporter.withLock { $0 }?.prepared(batch)
    }

    func deliver(_ batch: [Delivery]) {
        for delivery in batch { world.accept(Message(delivery)) }
        reporter.withLock { $0 }?.report(batch.map { DeliveryReport($0, .sent(reply: "taken")) })
    }

    func probe(_ claims: [Delivery]) async -> [ProbeVerdict] {
        claims.map { claim in
            let message = Message(claim)
            if world.copies(of: message) > 0 { return .accepted }
            return world.isPrepared(message) ? .notAccepted : .unknown
        }
    }
}

extension Message {
    init(_ delivery: Delivery) {
        self.init(job: delivery.job.rawValue, ordinal: delivery.ordinal)
    }
}
