import CampaignDomain
import CampaignEngine
import CampaignLog
import Foundation

/// Writes one golden journal: frames with fixed times and epochs, tables as the engine writes them.
///
/// The frames, and so the Merkle root, are the same each time. `data.mdb` also holds the journal's random identity and
/// its file's inode, so its bytes are not.
final class GoldenWriter {
    /// 1 January 2026, 00:00:00 UTC, in milliseconds since 1970.
    static let start: Int64 = 1_767_225_600_000

    let store: LMDBEventStore
    private let scratch: String
    private var epoch: UInt64 = 0
    /// Seconds since ``start``.
    private var seconds: Int64 = 0
    private var jobs: [JobID] = []

    init(scratch: String) throws {
        self.scratch = scratch
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        let host = HostIdentity(
            id: "00112233445566778899aabbccddeeff", name: "golden.example", bootID: "golden-boot")
        store = try LMDBEventStore.open(directory: scratch + "/written", mode: .engine(host), mapSizeBytes: 1 << 24)
    }

    func time(after seconds: Int64) -> Timestamp { Timestamp(milliseconds: Self.start + seconds * 1000) }

    /// A new engine; `adoptedFrom` puts `JournalAdopted` beside its `EngineStarted`.
    func startEngine(adoptedFrom: String? = nil) throws {
        seconds += 3600
        _ = try store.beginEpoch { epoch in
            self.epoch = epoch
            var events = EventEncoder()
            events.append(
                .engineStarted(
                    EngineStart(
                        epoch: epoch, host: "golden.example", hostIdentity: "00112233445566778899aabbccddeeff",
                        bootID: "golden-boot", processID: 4711, version: "0.1.0")))
            if let adoptedFrom { events.append(.journalAdopted(from: adoptedFrom, to: "golden.example")) }
            return self.draft(events, .journal)
        }
    }

    func commit(_ job: JobID, _ events: [Event], afterSeconds: Int64 = 1) throws {
        seconds += afterSeconds
        var encoder = EventEncoder()
        for event in events { encoder.append(event) }
        _ = try store.commit(CommitGroup(frames: [draft(encoder, job)]))
    }

    private func draft(_ events: EventEncoder, _ job: JobID) -> FrameDraft {
        FrameDraft(
            job: job.rawValue, time: time(after: seconds).milliseconds, count: events.count, payload: events.bytes)
    }

    /// A job as the engine creates it from a list: created by one in a journal of its own, then copied with fixed times.
    func createJob(_ definition: JobDefinition, list: String, suppressed: String = "") async throws -> JobID {
        let id = JobID(UInt32(jobs.count) + 1)
        let directory = "\(scratch)/job-\(id)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try list.write(toFile: directory + "/list.csv", atomically: true, encoding: .utf8)
        try suppressed.write(toFile: directory + "/stop.csv", atomically: true, encoding: .utf8)
        let engine = try await CampaignEngine.open(journal: directory + "/journal")
        let source = RecipientSource(
            path: directory + "/list.csv", suppressionPaths: [directory + "/stop.csv"], skipsInvalid: true)
        let created = try await engine.createJob(definition, recipients: source)
        await engine.stop()
        try copy(directory + "/journal", created.id, to: id, key: definition.key)
        jobs.append(id)
        return id
    }

    private func copy(_ journal: String, _ from: JobID, to id: JobID, key: String) throws {
        seconds += 1
        let made = try LMDBEventStore.open(directory: journal, mode: .reader)
        var group = CommitGroup()
        try made.scan(.content, from: nil) { key, value in
            group.puts.append(TablePut(table: .content, key: key, value: value.copied()))
            return true
        }
        try made.scan(.recipients, from: nil) { key, value in
            guard case .number(let number) = key else { return true }
            let chunk = TableKey.number(UInt64(id.rawValue) << 32 | number & 0xFFFF_FFFF)
            group.puts.append(TablePut(table: .recipients, key: chunk, value: value.copied()))
            return true
        }
        try made.scan(from: 1) { header, payload in
            guard header.job == from.rawValue else { return true }
            let time = self.time(after: self.seconds).milliseconds
            group.frames.append(
                FrameDraft(job: id.rawValue, time: time, count: header.count, payload: payload.copied()))
            return true
        }
        try made.close()
        let index = "{\"fingerprints\":[],\"key\":\"\(key)\",\"sequence\":\(try store.head.nextSequence)}"
        group.puts.append(TablePut(table: .jobs, key: .number(UInt64(id.rawValue)), value: Array(index.utf8)))
        _ = try store.commit(group)
    }

    /// Stores a snapshot of the job as it stands now.
    func snapshot(_ job: JobID) throws {
        let state = try JournalReader(store).state(job)
        let envelope = SnapshotEnvelope(version: 1, sequence: state.sequence, payload: state.encoded())
        let put = TablePut(table: .snapshots, key: .number(UInt64(job.rawValue)), value: envelope.encode())
        _ = try store.commit(CommitGroup(puts: [put]))
    }

    /// The compacted copy, the raw frames, and what any later version must make of them.
    func finish(_ directory: String) throws {
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try store.backup(to: scratch + "/backup")
        try FileManager.default.copyItem(atPath: scratch + "/backup/data.mdb", toPath: directory + "/data.mdb")
        var frames = ""
        try store.scan(from: 1) { header, payload in
            let bytes = FrameCodec.encode(header, payload: payload.copied())
            frames += "\(header.firstSequence) \(Hex.text(bytes))\n"
            return true
        }
        try frames.write(toFile: directory + "/frames.txt", atomically: true, encoding: .utf8)
        let expected = try Expectation(JournalReader(store), jobs)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(expected) + Data("\n".utf8)).write(to: URL(fileURLWithPath: directory + "/expected.json"))
        let violations = try JournalReader(store).audit()
        guard violations.isEmpty else { fatalError("\(directory) breaks a law: \(violations)") }
        try store.close()
    }
}

enum Hex {
    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
