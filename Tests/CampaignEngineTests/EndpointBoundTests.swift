import CampaignDomain
import CampaignEngine
import Testing

@Suite("The bound on a job's endpoints")
struct EndpointBoundTests {
    private func endpoints(_ count: Int) -> [AsyncEndpoint] {
        (0..<count).map { AsyncEndpoint(name: "e\($0)", capacity: 1) { _ in .sent(reply: "250 taken") } }
    }

    @Test("too many endpoints are refused with an error, and the job can run through fewer")
    func tooMany() async throws {
        let scratch = try Scratch()
        let list = try scratch.file("list.csv", Sample.list(5))
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        let error = await #expect(throws: EngineError.self) {
            try await engine.start(job.id, endpoints: endpoints(endpointsMax + 1))
        }
        #expect(error?.code == .badEndpoint)
        #expect(error?.message.contains("256 endpoints") == true, "\(error?.message ?? "")")
        try await engine.start(job.id, endpoints: endpoints(endpointsMax))
        #expect(try await engine.ending(of: job.id) == .completed)
        #expect(try engine.reader.summary(job.id).tally.sent == 5)
        await engine.stop()
    }
}
