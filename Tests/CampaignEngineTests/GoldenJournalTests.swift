import CampaignDomain
import CampaignEngine
import Foundation
import Testing

@testable import CampaignLog

/// Journals that were written once must be read for ever. When a test here fails, the engine is wrong, not the file.
@Suite("A journal of an older engine")
struct GoldenJournalTests {
    private static let adopting: EngineConfiguration = {
        var configuration = EngineConfiguration()
        configuration.adopts = true
        return configuration
    }()

    private func endpoint(_ ledger: Ledger) -> AsyncEndpoint {
        AsyncEndpoint(name: "ledger", capacity: 4) { delivery in
            var message: [UInt8] = []
            do { try delivery.render(into: &message) } catch { return .failed(.rendering, reply: "\(error)") }
            ledger.accept(delivery.key)
            return .sent(reply: "250 taken")
        }
    }

    @Test("verifies, keeps the laws, and folds to the state that it always had", arguments: GoldenJournal.names)
    func reads(name: String) throws {
        let golden = try GoldenJournal(name)
        let scratch = try Scratch()
        try golden.copy(to: scratch.journal)
        let reader = try JournalReader.open(journal: scratch.journal)
        let verified = try reader.verify(expectedHead: golden.expected.root)
        #expect(verified.isSound && verified.head == golden.expected.root, "\(verified)")
        #expect(verified.frames == golden.expected.frames && verified.events == golden.expected.events)
        #expect(try reader.audit() == [])
        #expect(try reader.jobs().count == golden.expected.jobs.count)
        for job in golden.expected.jobs {
            let id = try reader.job(job.key)
            #expect(id.rawValue == job.id)
            try check(reader.state(id), job)
            #expect(try reader.replayDifference(id) == nil)
        }
    }

    private func check(_ state: JobState, _ job: GoldenJournal.Expectation.Job) throws {
        #expect(state.terms.key == job.key && state.phase.rawValue == job.phase && state.sequence == job.sequence)
        #expect(RecipientPhase.allCases.map { state.tally[$0] } == job.tally)
        // A later snapshot format writes other bytes, but reads these as the same state.
        #expect(Hexadecimal.encode(state.encoded()) == job.state)
        let bytes = try #require(Hexadecimal.decode(job.state))
        #expect(try unsafe JobState(encoded: bytes.span.bytes) == state)
    }

    @Test("is the same frame by frame, whatever wrote the file around the frames", arguments: GoldenJournal.names)
    func frames(name: String) throws {
        let golden = try GoldenJournal(name)
        var tree = MerkleAccumulator()
        var hash = MerkleHash.empty
        var states: [UInt32: JobState] = [:]
        var auditor = LawAuditor()
        for (sequence, bytes) in try golden.frames() {
            let header = try unsafe FrameCodec.decode(bytes.span.bytes, storedAt: sequence)
            let payload = Array(bytes[FrameHeader.sizeBytes...])
            #expect(header.hashBefore == hash)
            #expect(FrameCodec.encode(header, payload: payload) == bytes)
            hash = unsafe MerkleHash.leaf(bytes.span.bytes)
            tree.append(leaf: hash)
            let events = try unsafe EventCursor.events(payload.span.bytes, count: header.count)
            var encoder = EventEncoder()
            for event in events { encoder.append(event) }
            #expect(encoder.bytes == payload, "the frame of event \(sequence)")
            let context = FrameContext(
                job: JobID(header.job), firstSequence: sequence, count: header.count,
                time: Timestamp(milliseconds: header.time), epoch: header.epoch)
            unsafe auditor.frame(payload.span.bytes, context)
            guard header.job > 0 else { continue }
            if states[header.job] == nil {
                states[header.job] = try unsafe JobState(firstFrame: payload.span.bytes, context)
            } else {
                try unsafe states[header.job]?.fold(payload.span.bytes, context)
            }
        }
        #expect(tree.root.description == golden.expected.root && tree.count == golden.expected.frames)
        #expect(auditor.finish() == [])
        for job in golden.expected.jobs { try check(try #require(states[job.id]), job) }
    }

    @Test("holds every kind of event, failure, reason to skip and verdict that its version knew")
    func everyKind() throws {
        var kinds: Set<EventKind> = []
        var failures: Set<FailureKind> = []
        var skips: Set<SkipReason> = []
        var verdicts: Set<DoubtVerdict> = []
        let frames = try GoldenJournal("completed").frames() + GoldenJournal("limited").frames()
        for (_, bytes) in frames {
            let payload = Array(bytes[FrameHeader.sizeBytes...])
            let count = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: 40, as: UInt32.self)
            for event in try unsafe EventCursor.events(payload.span.bytes, count: UInt32(littleEndian: count)) {
                kinds.insert(event.kind)
                switch event {
                case .recipient(_, .failed(_, let kind, _)): failures.insert(kind)
                case .recipient(_, .skipped(let reason, _)): skips.insert(reason)
                case .recipient(_, .inDoubtResolved(let verdict, _)): verdicts.insert(verdict)
                default: break
                }
            }
        }
        // A kind that is added later needs a golden journal of its own: these are never written again.
        #expect(kinds == Set(EventKind.allCases))
        #expect(failures == Set(FailureKind.allCases))
        #expect(skips == Set(SkipReason.allCases))
        #expect(verdicts == Set(DoubtVerdict.allCases))
    }

    @Test("gives each recipient the address and the key that it had")
    func recipients() throws {
        let scratch = try Scratch()
        try GoldenJournal("interrupted").copy(to: scratch.journal)
        let reader = try JournalReader.open(journal: scratch.journal)
        let job = try reader.job("crashed")
        let first = try #require(try reader.recipient(job, 0))
        #expect(first.address == "r0@example.com")
        #expect(first.fields.map(\.value) == ["r0@example.com", "Nämé 0"])
        // SHA-256 over the job's key, revision and address, computed elsewhere.
        #expect(first.key.description == "ztsofj6a44g2wqma4dzgunptme")
        #expect(try reader.find(job, address: "R39@example.COM") == [39])
    }

    @Test("is a copy of another host's: an engine must adopt it")
    func foreign() async throws {
        let scratch = try Scratch()
        try GoldenJournal("held").copy(to: scratch.journal)
        let error = await #expect(throws: EngineError.self) {
            _ = try await CampaignEngine.open(journal: scratch.journal)
        }
        #expect(error?.code == .journalOfAnotherHost)
        #expect(error?.message.contains("golden.example") == true)
    }

    @Test("R1, R12: with claims that a crash left open goes on to its end, and sends none of them again")
    func goesOn() async throws {
        let golden = try GoldenJournal("interrupted")
        let scratch = try Scratch()
        try golden.copy(to: scratch.journal)
        let ledger = Ledger()
        let engine = try await CampaignEngine.open(journal: scratch.journal, configuration: Self.adopting)
        let job = try engine.reader.job("crashed")
        try await engine.start(job, endpoints: [endpoint(ledger)])
        #expect(try await engine.ending(of: job) == .completed)
        let state = try engine.reader.state(job)
        #expect(state.tally.sent == 30 && state.tally.failed == 1 && state.tally.inDoubt == 9)
        #expect(state.ordinals(in: .inDoubt) == [10] + Array(12...19))
        // The deferred one, and those that were pending.
        #expect(ledger.count == 21 && !ledger.hasDuplicates)
        #expect(try engine.reader.audit() == [])
        #expect(try engine.reader.verify(expectedHead: golden.expected.root).isSound)
        await engine.stop()
    }

    @Test("R6: with a job aborted recoverably and one paused goes on with both, when a person says so")
    func heldJobs() async throws {
        let golden = try GoldenJournal("held")
        let scratch = try Scratch()
        try golden.copy(to: scratch.journal)
        let ledger = Ledger()
        var configuration = Self.adopting
        configuration.endpointFactory = { names in names.map { _ in self.endpoint(ledger) } }
        let engine = try await CampaignEngine.open(journal: scratch.journal, configuration: configuration)
        let aborted = try engine.reader.job("aborted")
        let paused = try engine.reader.job("paused")
        #expect(try await engine.resumeAll() == [aborted])
        #expect(try await engine.ending(of: aborted) == .completed)
        #expect(try engine.reader.summary(aborted).tally.sent == 12)
        #expect(try engine.reader.summary(paused).pauseReason == "waiting for approval")
        try await engine.resume(paused)
        try await engine.unpause(paused)
        #expect(try await engine.ending(of: paused) == .completed)
        #expect(try engine.reader.summary(paused).tally.sent == 130)
        #expect(ledger.count == 11 && !ledger.hasDuplicates)
        #expect(try engine.reader.audit() == [])
        #expect(try engine.reader.verify(expectedHead: golden.expected.root).isSound)
        await engine.stop()
    }

    @Test("that was completed or aborted for good sends nothing more")
    func ended() async throws {
        let scratch = try Scratch()
        try GoldenJournal("completed").copy(to: scratch.journal)
        let ledger = Ledger()
        let engine = try await CampaignEngine.open(journal: scratch.journal, configuration: Self.adopting)
        let job = try engine.reader.job("spring")
        try await engine.start(job, endpoints: [endpoint(ledger)])
        #expect(try await engine.ending(of: job) == .completed)
        #expect(try await engine.resumeAll() == [])
        #expect(ledger.count == 0)
        #expect(try engine.reader.audit() == [])
        await engine.stop()
    }
}
