import CampaignDomain
import CampaignLog
import Foundation
import Synchronization
import Testing

@testable import CampaignEngine

@Suite("A store that cannot be written")
struct StoreTroubleTests {
    /// An engine over a journal in memory whose commits fail as told: from commit `first` on, `count` times.
    private func engine(
        failing count: Int, from first: UInt64, with error: LogError, retries: Int = 50, failures: Counter = Counter()
    ) throws -> (CampaignEngine, MemoryJournal) {
        let journal = MemoryJournal()
        journal.setFaults { commit in
            commit >= first && failures.next() < count ? .refused(error) : nil
        }
        let store = MemoryEventStore(journal: journal)
        let head = try store.beginEpoch { epoch in
            var events = EventEncoder()
            events.append(
                .engineStarted(
                    EngineStart(
                        epoch: epoch, host: "here", hostIdentity: "", bootID: "", processID: 1, version: "test")))
            return FrameDraft(events, job: .journal, time: .current)
        }
        var configuration = EngineConfiguration()
        configuration.storeRetries = retries
        configuration.storeRetryInterval = .milliseconds(1)
        return (CampaignEngine(store: store, epoch: head.epoch, configuration: configuration), journal)
    }

    @Test(
        "R7, Law 5: a full disk or a failing device pauses sending; when it works again the campaign goes on, and the log tells",
        arguments: [LogError.noSpace("disk full"), .inputOutput("EIO"), .mapFull("map full")])
    func recovers(error: LogError) async throws {
        let scratch = try Scratch()
        let ledger = Ledger()
        let (engine, _) = try engine(failing: 5, from: 8, with: error)
        let job = try await engine.createJob(
            Sample.definition, recipients: RecipientSource(path: try scratch.file("list.csv", Sample.list(300))))
        try await engine.start(
            job.id,
            endpoints: [
                AsyncEndpoint(name: "ledger", capacity: 4) { delivery in
                    ledger.accept(delivery.key)
                    return .sent(reply: "250 taken")
                }
            ])
        #expect(try await engine.ending(of: job.id) == .completed)
        var recovered = 0
        try engine.reader.events { event in
            if case .storeRecovered = event.event { recovered += 1 }
            return true
        }
        #expect(recovered >= 1)
        #expect(try engine.reader.audit().isEmpty)
        #expect(ledger.count == 300 && !ledger.hasDuplicates)
        await engine.stop()
    }

    @Test("R7: a store that stays broken ends the engine with its reason, and what was acknowledged is still there")
    func givesUp() async throws {
        let scratch = try Scratch()
        let ledger = Ledger()
        let (engine, journal) = try engine(failing: .max, from: 20, with: .noSpace("disk full"), retries: 3)
        let job = try await engine.createJob(
            Sample.definition, recipients: RecipientSource(path: try scratch.file("list.csv", Sample.list(3000))))
        try await engine.start(
            job.id,
            endpoints: [
                AsyncEndpoint(name: "ledger", capacity: 4) { delivery in
                    ledger.accept(delivery.key)
                    return .sent(reply: "250 taken")
                }
            ])
        var sentSeen: UInt32 = 0
        for await progress in engine.progress(of: job.id) { sentSeen = max(sentSeen, progress.summary.tally.sent) }
        let error = await #expect(throws: EngineError.self) { _ = try await engine.ending(of: job.id) }
        #expect(error?.code == .journalCannotBeWritten)
        #expect(error?.message.contains("disk full") == true)
        let reader = JournalReader(MemoryEventStore(journal: journal))
        let summary = try reader.summary(job.id)
        #expect(summary.state == .interrupted)
        // Law 5: nobody has seen what the log does not hold.
        #expect(sentSeen <= summary.tally.sent)
        #expect(try reader.audit().isEmpty)
        // Everything accepted beyond what the log says sent is at most what was claimed: one per lane.
        #expect(ledger.count - Int(summary.tally.sent) <= Int(summary.tally.claimed))
    }

    @Test("R26: a stop ends an import that a full disk holds up at once, and leaves no job")
    func stopDuringImport() async throws {
        let scratch = try Scratch()
        let failures = Counter()
        let (engine, journal) = try engine(
            failing: .max, from: 2, with: .noSpace("disk full"), retries: 1_000_000, failures: failures)
        let list = try scratch.file("list.csv", Sample.list(2000))
        let creation = Task { try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list)) }
        while failures.count == 0 { await Task.yield() }
        // An hour: only ending at once ends this test.
        await engine.stop(deadline: .seconds(3600))
        await #expect(throws: EngineError.self) { _ = try await creation.value }
        #expect(try JournalReader(MemoryEventStore(journal: journal)).jobs().isEmpty)
    }
}

/// Counts calls from any thread.
final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    func next() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}
