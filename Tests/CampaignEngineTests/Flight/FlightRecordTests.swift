import CampaignDomain
import CampaignLog
import Foundation
import Testing

@testable import CampaignEngine

/// A real journal with real records; an engine that ends with claims open stands for one that was killed.
@Suite("Flight records of engines that are gone", .timeLimit(.minutes(10)))
struct FlightRecordTests {
    private let scratch: Scratch
    private let list: String

    init() throws {
        scratch = try Scratch()
        list = try scratch.file("list.csv", Sample.list(8))
    }

    /// Recipients 0 and 1 claimed, 2 and 3 being handed over, 4 answered with 250, 5 with 450, 6 with 550, 7 with 354.
    @discardableResult
    private func leaveClaims(records: Bool = true, adopts: Bool = false) async throws -> [Delivery] {
        let endpoint = HoldingEndpoint(capacity: 8, records: records)
        let engine = try await open(adopts)
        let job = try await engine.createJob(Sample.definition, recipients: RecipientSource(path: list))
        try await engine.start(job.id, endpoints: [endpoint])
        let deliveries = await endpoint.arrived(8)
        for ordinal in 2..<8 { #expect(deliveries[ordinal].beginHandover()) }
        for (ordinal, code) in [4: 250, 5: 450, 6: 550, 7: 354] as [Int: UInt16] {
            deliveries[ordinal].recordReply(code: code)
        }
        await engine.stop(deadline: .zero)
        return deliveries
    }

    private func open(_ adopts: Bool = false) async throws -> CampaignEngine {
        var configuration = EngineConfiguration()
        configuration.adopts = adopts
        return try await CampaignEngine.open(journal: scratch.journal, configuration: configuration)
    }

    /// The next run, through an endpoint that takes everything; who it was asked about, and who was sent to again.
    private func recover(
        adopts: Bool = false, probe: ProbeVerdict = .unknown
    ) async throws -> (tally: Tally, probed: [Ordinal], again: [Ordinal]) {
        let engine = try await open(adopts)
        let endpoint = HoldingEndpoint(capacity: 8, probe: probe, answer: .sent(reply: "250 now"))
        try await engine.start(JobID(1), endpoints: [endpoint])
        #expect(try await engine.ending(of: JobID(1)) == .completed)
        let tally = try engine.reader.summary(JobID(1)).tally
        #expect(try engine.reader.audit().isEmpty)
        #expect(try engine.reader.replayDifference(JobID(1)) == nil)
        await engine.stop()
        #expect(records.isEmpty, "every claim has its outcome in the log: nothing is left to be told")
        return (tally, endpoint.probed, endpoint.delivered)
    }

    private var records: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: scratch.journal + "/flight").sorted()) ?? []
    }

    private func record() throws -> SharedMemory {
        let file = try #require(records.first)
        return try #require(
            SharedMemory.open(path: scratch.journal + "/flight/" + file, sizeMaxBytes: FlightHeader.sizeMaxBytes))
    }

    @Test("R12: claimed is not sent, 2xx is sent, 4xx and 5xx are not; only what was being handed over is in doubt")
    func evidence() async throws {
        try await leaveClaims()
        let after = try await recover()
        #expect(after.tally.inDoubt == 3 && after.probed == [2, 3, 7])
        #expect(after.again == [0, 1, 5, 6])
        #expect(after.tally.sent == 5)
        let events = try JournalReader.texts(of: scratch.journal)
        #expect(events.contains { $0.contains("sent") && $0.contains("250, by the flight record") })
        #expect(events.contains { $0.contains("released") && $0.contains("450, by the flight record") })
        #expect(events.contains { $0.contains("inDoubt") && $0.contains("between the hand-over and the reply") })
    }

    @Test("without records, the same crash leaves everything to the probe")
    func claimsAlone() async throws {
        try await leaveClaims(records: false)
        #expect(records.isEmpty)
        let after = try await recover()
        #expect(after.tally.inDoubt == 8 && after.probed == Array(0..<8))
    }

    @Test("what is left in doubt is asked for, and nothing else")
    func probed() async throws {
        try await leaveClaims()
        let after = try await recover(probe: .accepted)
        #expect(after.tally.sent == 8 && after.tally.inDoubt == 0 && after.probed == [2, 3, 7])
    }

    @Test("law 2: what a later engine has taken back, the earlier one does not hand over if it lives")
    func fenced() async throws {
        let deliveries = try await leaveClaims()
        let engine = try await open()
        let endpoint = HoldingEndpoint(capacity: 8)
        try await engine.start(JobID(1), endpoints: [endpoint])
        _ = await endpoint.arrived(4)
        #expect(!deliveries[0].beginHandover() && !deliveries[1].beginHandover())
        await engine.stop(deadline: .zero)
    }

    @Test("a crash during recovery: the verdicts are found again, and the record is kept until they are in the log")
    func recoveredTwice() async throws {
        try await leaveClaims()
        // It dies after it has looked, and before anything of it is durable.
        let engine = try await open()
        let deck = try #require(engine.spine.flightDeck)
        let state = try #require(try JobLoader.load(JobID(1), engine.spine.store))
        let first = try FlightEvidence.gather(state, engine.spine.store, deck)
        #expect(first.count == 8)
        await engine.stop()
        #expect(records.count == 1)
        let after = try await recover()
        #expect(after.again == [0, 1, 5, 6] && after.probed == [2, 3, 7])
    }

    @Test("R6: an engine that only takes a request in between does not lose the record")
    func requestBetween() async throws {
        try await leaveClaims()
        let engine = try await open()
        try await engine.pause(JobID(1), reason: "a look at it")
        try await engine.unpause(JobID(1))
        await engine.stop()
        let after = try await recover()
        #expect(after.again == [0, 1, 5, 6] && after.probed == [2, 3, 7])
    }

    @Test("a damaged slot says nothing about its claim, the others do")
    func tornSlot() async throws {
        try await leaveClaims()
        let memory = try record()
        var torn: Ordinal?
        for slot in 0..<(memory.count - FlightHeader.words) / FlightSlot.words where torn == nil {
            let start = FlightHeader.words + slot * FlightSlot.words
            guard memory.load(start) != 0, memory.load(start + 2) == 1 else { continue }
            torn = 1
            memory.store(memory.load(start) ^ 1 << 40, at: start)
        }
        #expect(torn == 1)
        let after = try await recover()
        #expect(after.probed == [1, 2, 3, 7] && after.again == [0, 5, 6])
    }

    /// The record with everything right but what `change` makes wrong.
    private func rewrite(_ change: (inout FlightHeader) -> Void) throws {
        let memory = try record()
        let place = try #require(FlightFolder(journalDirectory: scratch.journal, host: .current())).place
        let slots = (memory.count - FlightHeader.words) / FlightSlot.words
        var header = FlightHeader(
            name: FlightName(epoch: 1, job: JobID(1)), place: place, slots: slots, fileNumber: memory.fileNumber)
        #expect(header.isOf(memory))
        let old = (0..<slots).map { FlightSlot($0, of: memory, seed: header.checksum).read() }
        change(&header)
        header.write(to: memory)
        for (index, content) in old.enumerated() {
            guard let content else { continue }
            let slot = FlightSlot(index, of: memory, seed: header.checksum)
            slot.store(slot.begin(content.claim).state(content.phase))
        }
    }

    @Test(
        "a record of another boot, machine, journal, epoch or file is not believed",
        arguments: ["boot", "machine", "journal", "epoch", "file", "none"])
    func foreign(_ what: String) async throws {
        try await leaveClaims()
        try rewrite { header in
            switch what {
            case "boot": header.place.bootID = "00000000-0000-0000-0000-000000000000"
            case "machine": header.place.hostID = "another"
            case "journal": header.place.journal += 1
            case "epoch": header.name.epoch += 1
            case "file": header.fileNumber += 1
            default: break
            }
        }
        let after = try await recover()
        if what == "none" {
            #expect(after.probed == [2, 3, 7])
        } else {
            #expect(after.probed == Array(0..<8) && after.tally.inDoubt == 8)
        }
    }

    @Test(
        "a record of an unknown version, cut short, or missing is not believed",
        arguments: ["version", "short", "none"])
    func unreadable(_ what: String) async throws {
        try await leaveClaims()
        let path = scratch.journal + "/flight/" + (try #require(records.first))
        switch what {
        case "version":
            let memory = try record()
            memory.store(memory.load(0) ^ 3 << 56, at: 0)
        case "short": #expect(unsafe truncate(path, 1000) == 0)
        default: try FileManager.default.removeItem(atPath: path)
        }
        let after = try await recover()
        #expect(after.probed == Array(0..<8) && after.tally.inDoubt == 8)
    }

    @Test("a record that tells of earlier claims of the same recipients says nothing about the present ones")
    func stale() async throws {
        try await leaveClaims()
        let file = try #require(records.first)
        let kept = scratch.path + "/kept"
        let path = scratch.journal + "/flight/"
        try FileManager.default.linkItem(atPath: path + file, toPath: kept)
        // All are claimed anew by the next engine, whose own record is lost.
        let engine = try await open()
        let endpoint = HoldingEndpoint(capacity: 8, probe: .notAccepted)
        try await engine.start(JobID(1), endpoints: [endpoint])
        _ = await endpoint.arrived(7)
        await engine.stop(deadline: .zero)
        for file in records { try FileManager.default.removeItem(atPath: path + file) }
        try FileManager.default.linkItem(atPath: kept, toPath: path + file)
        let after = try await recover()
        #expect(after.probed == [0, 1, 2, 3, 5, 6, 7], "4 is sent; of the others nothing is known")
        #expect(after.tally.inDoubt == 7)
    }

    @Test("R14, R21: a journal that was copied while its engine ran is adopted without its records")
    func copied() async throws {
        try await leaveClaims()
        let copy = scratch.path + "/copy"
        try FileManager.default.copyItem(atPath: scratch.journal, toPath: copy)
        try FileManager.default.removeItem(atPath: scratch.journal)
        try FileManager.default.moveItem(atPath: copy, toPath: scratch.journal)
        #expect(records.count == 1)
        let after = try await recover(adopts: true)
        #expect(after.probed == Array(0..<8) && after.tally.inDoubt == 8)
    }

    @Test("nothing about a recipient is in the record, and nobody else can read it")
    func isPrivate() async throws {
        try await leaveClaims()
        let path = scratch.journal + "/flight/" + (try #require(records.first))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for secret in ["example.com", "r0@", "Name 0", "spring"] { #expect(bytes.range(of: Data(secret.utf8)) == nil) }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let folder = try FileManager.default.attributesOfItem(atPath: scratch.journal + "/flight")
        #expect(folder[.posixPermissions] as? Int == 0o700)
    }

    @Test("a slot is used again only after the outcome of its claim is durable")
    func slotsInTurn() throws {
        let deck = MemoryDeck()
        var recorder = try FlightRecorder(FlightName(epoch: 1, job: JobID(1)), inHand: 1, on: deck)
        recorder.begin(0, 0, frame: 1)
        let first = recorder.take(0)
        recorder.committed()
        recorder.end(0, first)
        recorder.begin(1, 0, frame: 2)
        let second = recorder.take(1)
        #expect(first != nil && second != nil)
        #expect(second?.slot.index != first?.slot.index, "the outcome of 0 is in the same commit")
        recorder.begin(2, 0, frame: 2)
        let third = recorder.take(2)
        #expect(third == nil, "no slot is free: better unrecorded")
        recorder.committed()
        recorder.begin(3, 0, frame: 3)
        let fourth = recorder.take(3)
        #expect(fourth?.slot.index == first?.slot.index)
    }
}

/// A deck in memory.
final class MemoryDeck: FlightDeck {
    let place = FlightPlace(bootID: "boot", hostID: "host", journal: 1)
    func names(of job: JobID) -> [FlightName] { [] }
    func create(_ name: FlightName, words: Int) -> SharedMemory { SharedMemory(words: words) }
    func open(_ name: FlightName) -> SharedMemory? { nil }
    func remove(_ name: FlightName) {}
}

extension JournalReader {
    /// All recipients' events of a journal, in words.
    static func texts(of journal: String) throws -> [String] {
        let reader = try JournalReader.open(journal: journal)
        defer { reader.close() }
        var texts: [String] = []
        try reader.events { event in
            texts.append("\(event.event)")
            return true
        }
        return texts
    }
}
