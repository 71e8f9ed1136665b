import CampaignDomain
import CampaignEngine
import Synchronization

extension Sample {
    /// Real deliveries, caught on their way, in the order of the list.
    static func deliveries(_ count: Int, _ scratch: Scratch) async throws -> [Delivery] {
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(
            definition, recipients: RecipientSource(path: try scratch.file("list.csv", list(count))))
        let caught = Caught()
        try await engine.start(
            job.id,
            endpoints: [
                AsyncEndpoint(name: "catcher", capacity: count) { delivery in
                    caught.all.withLock { $0.append(delivery) }
                    return .sent(reply: "")
                }
            ])
        _ = try await engine.ending(of: job.id)
        await engine.stop()
        return caught.all.withLock { all in all.sorted { $0.ordinal < $1.ordinal } }
    }

    private final class Caught: Sendable {
        let all = Mutex<[Delivery]>([])
    }
}
