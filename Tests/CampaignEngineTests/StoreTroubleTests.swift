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
        failing count: Int, from first: UInt64, with error: LogError, retries: Int = 50
    ) throws -> (CampaignEngine, MemoryJournal) {
        let journal = MemoryJournal()
        let failures = Counter()
        journal.setFaults { commit in
            commit >= first && failures.next() < count ? .refused(error) : nil
        }
        let store = MemoryEventStore(journal: journal)
        let head = try store.beginEpoch { epoch in
            var events = EventEncoder()
            events.append(.engineStarted(EngineStart(epoch: epoch, .current(), version: "test")))
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
        let error = await #expect(throws: EngineError.self) { _ = try await engine.ending(of: job.id) }
        #expect(error?.code == .journalCannotBeWritten)
        #expect(error?.message.contains("disk full") == true)
        let reader = JournalReader(MemoryEventStore(journal: journal))
        let summary = try reader.summary(job.id)
        #expect(summary.state == .interrupted)
        #expect(try reader.audit().isEmpty)
        // Everything accepted beyond what the log says sent is at most what was claimed: one per lane.
        #expect(ledger.count - Int(summary.tally.sent) <= Int(summary.tally.claimed))
    }
}

/// Counts calls from any thread.
final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}
