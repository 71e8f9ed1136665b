import CampaignDomain
import CampaignEngine
import Foundation
import Logging
import ServiceLifecycle
import Testing

@Suite("The engine as a service")
struct ServiceTests {
    @Test("R6, R17, R26: it resumes what was interrupted by itself, and ends gracefully when its group does")
    func resumesAndEnds() async throws {
        let scratch = try Scratch()
        let list = try scratch.file("list.csv", Sample.list(400))
        let ledger = Ledger()
        let calls = Counter()
        var engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        try await engine.start(
            job.id,
            endpoints: [
                AsyncEndpoint(name: "ledger", capacity: 4) { delivery in
                    // It goes down in the middle, so that the first engine cannot finish.
                    guard calls.next() < 50 else { return .notSent(EndpointFault(.unavailable, "down")) }
                    ledger.accept(delivery.key)
                    return .sent(reply: "250")
                }
            ])
        for await progress in engine.progress(of: job.id) where progress.summary.endpoints[0].failures > 0 { break }
        await engine.stop()
        #expect(ledger.count == 50)

        var configuration = EngineConfiguration()
        configuration.endpointFactory = { names in
            names.map { name in
                AsyncEndpoint(name: name, capacity: 4) { delivery in
                    ledger.accept(delivery.key)
                    return .sent(reply: "250")
                }
            }
        }
        engine = try await CampaignEngine.open(journal: scratch.journal, configuration: configuration)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: engine)], logger: Logger(label: "test")))
        let service = engine
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await progress in service.progress(of: job.id) where progress.ending == .completed { break }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(ledger.count == 400)
        #expect(!ledger.hasDuplicates)
        #expect(service.failure == nil)
    }
}
