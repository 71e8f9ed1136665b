import Glibc
import Testing

@testable import CampaignLog

@Suite("The journal on disk")
struct LMDBEventStoreTests {
    private let scratch = Scratch()
    private var directory: String { scratch.file("journal") }

    private func engine(
        _ host: HostIdentity = .current(),
        adopt: Bool = false,
        at path: String? = nil
    ) throws -> LMDBEventStore {
        try LMDBEventStore.open(directory: path ?? directory, mode: .engine(host, adopt: adopt))
    }

    @Test("is private, and is there again after it was closed")
    func reopening() throws {
        let store = try engine()
        #expect(!store.adopts && !store.wasHeadRebuilt)
        let head = try store.commit(CommitGroup(frames: [draft("a"), draft("b")]))
        try store.close()
        #expect(TestFile.permissions(directory) == 0o700)
        #expect(TestFile.permissions(directory + "/data.mdb") == 0o600)
        #expect(TestFile.permissions(directory + "/lock.mdb") == 0o600)
        let again = try engine()
        #expect(try again.head == head)
        #expect(again.journalID == store.journalID)
        #expect(throws: LogError.self) { try store.head }
        #expect(throws: LogError.self) { try store.commit(CommitGroup(frames: [draft("c")])) }
    }

    @Test("is refused a second time in one process, whatever the path")
    func secondOpen() throws {
        let store = try engine()
        _ = try store.commit(CommitGroup(frames: [draft("a")]))
        let link = scratch.file("link")
        #expect(unsafe symlink(directory, link) == 0)
        for path in [directory, directory + "/", link] {
            #expect(throws: LogError.alreadyOpen(directory: path)) { try engine(at: path) }
            #expect(throws: LogError.alreadyOpen(directory: path)) {
                try LMDBEventStore.open(directory: path, mode: .reader)
            }
        }
        #expect(try store.commit(CommitGroup(frames: [draft("b")])).nextSequence == 3)
    }

    @Test("is not made by readers or requests")
    func missing() throws {
        for mode in [LMDBEventStore.Mode.reader, .control] {
            #expect(throws: LogError.journalMissing(directory: directory)) {
                try LMDBEventStore.open(directory: directory, mode: mode)
            }
            #expect(unsafe access(directory, F_OK) != 0)
        }
    }

    @Test("is written by readers not at all, by requests in the control table only")
    func modes() throws {
        let engine = try engine()
        let head = try engine.commit(CommitGroup(frames: [draft("a")]))
        try engine.close()
        let request = CommitGroup(puts: [TablePut(table: .control, key: .number(1), value: [1])])
        do {
            let reader = try LMDBEventStore.open(directory: directory, mode: .reader)
            #expect(try reader.head == head)
            #expect(throws: LogError.self) { try reader.commit(request) }
            #expect(throws: LogError.self) { try reader.beginEpoch { draft("\($0)") } }
        }
        do {
            let control = try LMDBEventStore.open(directory: directory, mode: .control)
            #expect(try control.commit(request) == head)
            #expect(try control.value(.control, .number(1)) == [1])
            #expect(throws: LogError.self) { try control.commit(CommitGroup(frames: [draft("b")])) }
            #expect(throws: LogError.self) {
                try control.commit(CommitGroup(puts: [TablePut(table: .jobs, key: .number(1), value: [])]))
            }
            #expect(throws: LogError.self) { try control.beginEpoch { draft("\($0)") } }
        }
    }

    @Test("of another host, or a copy, has to be adopted")
    func adoption() throws {
        let home = HostIdentity(id: String(repeating: "ab", count: 16), name: "home", bootID: "")
        let away = HostIdentity(id: String(repeating: "cd", count: 16), name: "away", bootID: "")
        var head = try { try engine(home).commit(CommitGroup(frames: [draft("a")])) }()
        let expected = LogError.foreignHost(recorded: home.description, current: away.description)
        #expect(throws: expected) { try engine(away) }
        do {
            let store = try engine(away, adopt: true)
            #expect(store.adopts)
            #expect(try store.head == head)
        }
        // A crash before the epoch that would have told of it: the journal still belongs to the other host.
        #expect(throws: expected) { try engine(away) }
        do {
            let store = try engine(away, adopt: true)
            head = try store.beginEpoch { draft("epoch \($0)") }
            try store.backup(to: scratch.file("copy"))
        }
        #expect(try engine(away, adopt: true).adopts == false)
        #expect(throws: LogError.self) { try engine(home) }
        #expect(throws: LogError.self) { try engine(away, at: scratch.file("copy")) }
        let copy = try engine(away, adopt: true, at: scratch.file("copy"))
        #expect(copy.adopts)
        #expect(try copy.head == head)
        #expect(try LogVerifier.verify(copy).ok)
    }

    @Test("is copied whole, privately, and never over another one")
    func backup() throws {
        let store = try engine()
        _ = try store.commit(
            CommitGroup(
                frames: [draft("a")], puts: [TablePut(table: .content, key: .bytes([1]), value: [2])]))
        let target = scratch.file("backup")
        try store.backup(to: target)
        #expect(throws: LogError.self) { try store.backup(to: target) }
        #expect(TestFile.permissions(target) == 0o700)
        #expect(TestFile.permissions(target + "/data.mdb") == 0o600)
        let copy = try LMDBEventStore.open(directory: target, mode: .reader)
        #expect(try copy.head == store.head)
        #expect(try copy.value(.content, .bytes([1])) == [2])
    }

    @Test("grows its map from next to nothing")
    func mapGrowth() throws {
        let store = try LMDBEventStore.open(
            directory: directory, mode: .engine(.current()), mapSizeBytes: 64 * 1024)
        let payload = [UInt8](repeating: 1, count: 3_000)
        for _ in 0..<200 {
            _ = try store.commit(
                CommitGroup(frames: [FrameDraft(job: 1, time: 0, count: 1, payload: payload)]))
        }
        let large = [UInt8](repeating: 2, count: 5_000_000)
        _ = try store.commit(CommitGroup(puts: [TablePut(table: .content, key: .bytes([1]), value: large)]))
        #expect(try store.head.nextSequence == 201)
        #expect(try store.value(.content, .bytes([1])) == large)
        #expect(try LogVerifier.verify(store).ok)
    }

    @Test("is refused when a newer program wrote it")
    func newerFormat() throws {
        try engine().close()
        var record = HeadRecord(host: .current(), inode: 1).encode()
        record[8] = 9
        let checksum = XXH64.hash([UInt8](record.dropFirst(8)))
        for index in 0..<8 { record[index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt64(index))) }
        try RawJournal.put(record, for: HeadRecord.key, directory: directory)
        for mode in [LMDBEventStore.Mode.reader, .control, .engine(.current(), adopt: true)] {
            #expect(throws: LogError.newerFormat(found: 9, supported: 1)) {
                try LMDBEventStore.open(directory: directory, mode: mode)
            }
        }
    }

    @Test("recomputes its head record when that is damaged, stale or missing", arguments: [0, 1, 2])
    func headRebuilt(damage: Int) throws {
        var store = try engine()
        var heads: [LogHead] = []
        for index in 0..<9 { heads.append(try store.commit(CommitGroup(frames: [draft("\(index)")]))) }
        try store.close()
        let key = HeadRecord.key
        var record = try #require(try RawJournal.get(key, directory: directory))
        switch damage {
        case 0: record[60] ^= 1
        case 1: record = HeadRecord(host: .current(), inode: 0).encode()
        default: record = []
        }
        try RawJournal.put(record.isEmpty ? nil : record, for: key, directory: directory)
        store = try engine(.current(), adopt: true)
        #expect(store.wasHeadRebuilt)
        #expect(try store.head == heads.last)
        #expect(try LogVerifier.verify(store).ok)
    }

    @Test("names the first damaged frame by its sequence")
    func damagedFrame() throws {
        var store = try engine()
        for index in 0..<30 { _ = try store.commit(CommitGroup(frames: [draft("frame \(index)", count: 2)])) }
        try store.close()
        var bytes = TestFile.read(directory + "/data.mdb")
        let needle = [UInt8]("frame 13".utf8)
        for start in bytes.indices.dropLast(needle.count)
        where bytes[start] == needle[0] && [UInt8](bytes[start..<(start + needle.count)]) == needle {
            bytes[start] ^= 1
        }
        TestFile.write(directory + "/data.mdb", bytes)
        store = try engine()
        let report = try LogVerifier.verify(store)
        #expect(!report.ok && report.firstBad == 27 && report.frames == 13 && report.events == 26)
        #expect(throws: LogError.self) { try store.frames() }
        #expect(try store.frames(from: 29).count == 16)
    }

    @Test("cut off anywhere is an error or has lost nothing, and never a crash")
    func truncated() throws {
        let store = try engine()
        for index in 0..<40 {
            _ = try store.commit(CommitGroup(frames: [draft(String(repeating: "\(index)", count: 900))]))
        }
        let head = try store.head
        try store.close()
        let bytes = TestFile.read(directory + "/data.mdb")
        var failures = 0
        for length in stride(from: 512, to: bytes.count, by: 4_096 + 512) {
            TestFile.write(directory + "/data.mdb", [UInt8](bytes.prefix(length)))
            do {
                let store = try LMDBEventStore.open(directory: directory, mode: .reader)
                let report = try LogVerifier.verify(store)
                // The last pages may be free ones.
                #expect(!report.ok || report.head == head.root)
                if !report.ok { failures += 1 }
            } catch {
                #expect(error is LogError)
                failures += 1
            }
        }
        #expect(failures > 10)
    }
}
