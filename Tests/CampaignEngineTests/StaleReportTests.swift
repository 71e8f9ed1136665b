import CampaignDomain
import Dispatch
import Synchronization
import Testing

@testable import CampaignEngine

/// An endpoint whose every step the test takes itself.
private final class SteppedEndpoint: Endpoint {
    enum Call { case prepare, discard, deliver }

    let name = "stepped"
    let capacity = 1
    var preparesBeforeClaim: Bool { true }
    private let reporterBox = Mutex<EndpointReporter?>(nil)
    private let calls: AsyncStream<(Call, Delivery)>
    private let continuation: AsyncStream<(Call, Delivery)>.Continuation
    let prepareCount = Mutex(0)

    init() { (calls, continuation) = AsyncStream.makeStream() }

    var reporter: EndpointReporter? { reporterBox.withLock { $0 } }

    func attach(_ reporter: EndpointReporter) { reporterBox.withLock { $0 = reporter } }
    func prepare(_ batch: [Delivery]) {
        prepareCount.withLock { $0 += batch.count }
        for delivery in batch { continuation.yield((.prepare, delivery)) }
    }
    func discard(_ batch: [Delivery]) { for delivery in batch { continuation.yield((.discard, delivery)) } }
    func deliver(_ batch: [Delivery]) { for delivery in batch { continuation.yield((.deliver, delivery)) } }

    /// The engine's next call.
    func next() async -> (Call, Delivery)? {
        var iterator = calls.makeAsyncIterator()
        return await iterator.next()
    }
}

@Suite struct StaleReportTests {
    @Test(
        "Law 2: the loss of a message that was given up is not taken for the loss of the one that was begun after it",
        .timeLimit(.minutes(5)))
    func stale() async throws {
        let scratch = try Scratch()
        let engine = try await CampaignEngine.open(journal: scratch.journal)
        let job = try await engine.createJob(
            Sample.definition, recipients: RecipientSource(path: try scratch.file("list.csv", Sample.list(1))))
        let endpoint = SteppedEndpoint()
        try await engine.start(job.id, endpoints: [endpoint])
        let (begun, first) = try #require(await endpoint.next())
        #expect(begun == .prepare)

        try await engine.pause(job.id, reason: "the test's")
        endpoint.reporter?.prepared([first])
        #expect(await endpoint.next()?.0 == .discard)
        try await engine.unpause(job.id)
        let (again, second) = try #require(await endpoint.next())
        #expect(again == .prepare)

        // The endpoint's last words about the first, late; then it is the second's turn.
        let lost = EndpointFault(.dropped, "connection lost")
        endpoint.reporter?.report([DeliveryReport(first, .notSent(lost))])
        endpoint.reporter?.prepared([first])
        endpoint.reporter?.unprepared([first], lost)
        endpoint.reporter?.prepared([second])
        let (handed, delivery) = try #require(await endpoint.next())
        #expect(handed == .deliver)
        endpoint.reporter?.report([
            DeliveryReport(first, .notSent(lost)), DeliveryReport(delivery, .sent(reply: "250")),
        ])
        #expect(try await engine.ending(of: job.id) == .completed)
        #expect(endpoint.prepareCount.withLock { $0 } == 2)
        await engine.stop()
    }
}
