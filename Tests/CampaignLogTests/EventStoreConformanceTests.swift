import CampaignLog
import Testing

/// What every `EventStore` promises.
@Suite("R22: the store is a port, and every event store keeps its promises")
struct EventStoreConformanceTests {
    @Test("begins empty, with sequence 1 next and the root of nothing", arguments: StoreKind.allCases)
    func emptyStore(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        let head = try store.head
        #expect(head.nextSequence == 1)
        #expect(head.frames == 0)
        #expect(head.epoch == 0)
        #expect(head.root.description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(try store.frames().isEmpty)
        #expect(try store.framesBackward(from: nil).isEmpty)
        #expect(try store.lastKey(.jobs) == nil)
    }

    @Test("commits frames in order and numbers their events", arguments: StoreKind.allCases)
    func commitFrames(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        _ = try store.beginEpoch { draft("started \($0)") }
        let head = try store.commit(
            CommitGroup(frames: [draft("a", job: 1, count: 3), draft("b", job: 2, count: 2)]))
        #expect(head == LogHead(nextSequence: 7, tree: head.tree, newestHash: head.newestHash, epoch: 1))
        #expect(try store.head == head)
        #expect(
            try store.frames() == [
                SeenFrame(sequence: 1, count: 1, epoch: 1, job: 0, text: "started 1"),
                SeenFrame(sequence: 2, count: 3, epoch: 1, job: 1, text: "a"),
                SeenFrame(sequence: 5, count: 2, epoch: 1, job: 2, text: "b"),
            ])
    }

    @Test("scans from the middle of a frame, both ways, and stops when told to", arguments: StoreKind.allCases)
    func scanFromMiddle(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        for index in 0..<5 { _ = try store.commit(CommitGroup(frames: [draft("\(index)", count: 10)])) }
        #expect(try store.frames(from: 0).map(\.sequence) == [1, 11, 21, 31, 41])
        #expect(try store.frames(from: 20).map(\.sequence) == [11, 21, 31, 41])
        #expect(try store.frames(from: 21).map(\.sequence) == [21, 31, 41])
        #expect(try store.frames(from: 50).map(\.sequence) == [41])
        #expect(try store.frames(from: 51).isEmpty)
        #expect(try store.frames(from: .max).isEmpty)
        #expect(try store.frames(from: 12, limit: 2).map(\.sequence) == [11, 21])
        #expect(try store.framesBackward(from: nil).map(\.sequence) == [41, 31, 21, 11, 1])
        #expect(try store.framesBackward(from: 25).map(\.sequence) == [21, 11, 1])
        #expect(try store.framesBackward(from: 25, limit: 1).map(\.sequence) == [21])
        #expect(try store.framesBackward(from: 0).isEmpty)
        #expect(try store.framesBackward(from: .max).map(\.sequence).first == 41)
    }

    @Test("scans thousands of frames, renewing its snapshot", arguments: StoreKind.allCases)
    func longScan(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        _ = try store.commit(CommitGroup(frames: (0..<5_000).map { draft("\($0)", count: UInt32($0 % 3 + 1)) }))
        #expect(try store.frames().map(\.text) == (0..<5_000).map(String.init))
        #expect(try store.framesBackward(from: nil).map(\.text) == (0..<5_000).reversed().map(String.init))
    }

    @Test("passes the errors of a scan's body on", arguments: StoreKind.allCases)
    func bodyErrors(kind: StoreKind) throws {
        struct Stop: Error {}
        let store = try TestJournal(kind).open()
        _ = try store.commit(
            CommitGroup(frames: [draft("a")], puts: [TablePut(table: .jobs, key: .number(1), value: [1])]))
        #expect(throws: Stop.self) { try store.scan(from: 1) { _, _ in throw Stop() } }
        #expect(throws: Stop.self) { try store.scanBackward(from: nil) { _, _ in throw Stop() } }
        #expect(throws: Stop.self) { try store.scan(.jobs, from: nil) { _, _ in throw Stop() } }
        #expect(throws: Stop.self) { try store.withValue(.jobs, .number(1)) { _ in throw Stop() } }
        #expect(try store.commit(CommitGroup(frames: [draft("b")])).nextSequence == 3)
    }

    @Test("keeps tables in key order and changes them with the frames", arguments: StoreKind.allCases)
    func tables(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        let numbers: [UInt64] = [5, 1, 300, .max, 0, 256]
        _ = try store.commit(
            CommitGroup(
                puts: numbers.map { TablePut(table: .recipients, key: .number($0), value: [UInt8($0 & 0xFF)]) }
                    + [
                        TablePut(table: .content, key: .bytes([2]), value: []),
                        TablePut(table: .content, key: .bytes([1, 2]), value: [9, 9]),
                    ]))
        #expect(try store.keys(.recipients) == [0, 1, 5, 256, 300, .max].map { .number($0) })
        #expect(try store.keys(.recipients, from: .number(2), limit: 2) == [.number(5), .number(256)])
        #expect(try store.keys(.content) == [.bytes([1, 2]), .bytes([2])])
        #expect(try store.lastKey(.recipients) == .number(.max))
        #expect(try store.value(.content, .bytes([2])) == [])
        #expect(try store.value(.recipients, .number(5)) == [5])
        #expect(try store.value(.recipients, .number(6)) == nil)
        #expect(try store.withValue(.content, .bytes([1, 2])) { $0?.byteCount } == 2)
        #expect(try store.withValue(.content, .bytes([7])) { $0 == nil })
        #expect(try store.keys(.jobs).isEmpty)
    }

    @Test("appends with a hint, and stores a key that is not the last all the same", arguments: StoreKind.allCases)
    func appendingHint(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        let put = { (key: UInt64, value: UInt8) in
            TablePut(table: .recipients, key: .number(key), value: [value], appending: true)
        }
        _ = try store.commit(CommitGroup(puts: [put(1, 1), put(2, 2), put(9, 3), put(4, 4), put(9, 5)]))
        #expect(try store.keys(.recipients) == [1, 2, 4, 9].map { .number($0) })
        #expect(try store.value(.recipients, .number(9)) == [5])
    }

    @Test("deletes keys and ranges before it puts", arguments: StoreKind.allCases)
    func deletes(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        _ = try store.commit(
            CommitGroup(puts: (0..<1_000).map { TablePut(table: .snapshots, key: .number($0), value: [1]) }))
        _ = try store.commit(
            CommitGroup(
                puts: [TablePut(table: .snapshots, key: .number(500), value: [2])],
                deletes: [
                    TableDelete(table: .snapshots, key: .number(3)),
                    TableDelete(table: .snapshots, key: .number(77_777)),
                ],
                deleteRanges: [
                    TableDeleteRange(table: .snapshots, keys: 10...989),
                    TableDeleteRange(table: .snapshots, keys: 2_000...(.max)),
                ]))
        let expected: [UInt64] = [0, 1, 2, 4, 5, 6, 7, 8, 9, 500] + Array(990..<1_000)
        #expect(try store.keys(.snapshots) == expected.map { .number($0) })
        #expect(try store.value(.snapshots, .number(500)) == [2])
    }

    @Test("refuses a group with any impossible part, and stores none of it", arguments: StoreKind.allCases)
    func atomicity(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        let before = try store.head
        let good = TablePut(table: .jobs, key: .number(1), value: [1])
        let groups = [
            CommitGroup(frames: [draft("a"), draft("b", count: 0)], puts: [good]),
            CommitGroup(frames: [draft("a")], puts: [good, TablePut(table: .jobs, key: .bytes([1]), value: [])]),
            CommitGroup(frames: [draft("a")], puts: [good, TablePut(table: .content, key: .bytes([]), value: [])]),
            CommitGroup(
                puts: [
                    good, TablePut(table: .content, key: .bytes([UInt8](repeating: 0, count: 512)), value: []),
                ]),
            CommitGroup(puts: [good], deletes: [TableDelete(table: .content, key: .number(1))]),
            CommitGroup(puts: [good], deleteRanges: [TableDeleteRange(table: .content, keys: 0...1)]),
        ]
        for group in groups {
            #expect(throws: LogError.self) { try store.commit(group) }
            #expect(try store.head == before)
            #expect(try store.value(.jobs, .number(1)) == nil)
        }
    }

    @Test("refuses an engine whose epoch is no longer the newest", arguments: StoreKind.allCases)
    func fencing(kind: StoreKind) throws {
        let journal = TestJournal(kind)
        let store = try journal.open()
        #expect(try store.beginEpoch { draft("epoch \($0)") }.epoch == 1)
        _ = try store.commit(CommitGroup(frames: [draft("mine")]))
        try journal.beginEpochElsewhere()
        let head = try store.head
        #expect(head.epoch == 2)
        #expect(throws: LogError.fenced(stored: 2, own: 1)) {
            try store.commit(CommitGroup(frames: [draft("late")]))
        }
        #expect(try store.head == head)
        #expect(try store.beginEpoch { draft("epoch \($0)") }.epoch == 3)
        _ = try store.commit(CommitGroup(frames: [draft("again")]))
        #expect(try store.frames().map(\.epoch) == [1, 1, 2, 3, 3])
        #expect(try LogVerifier.verify(store).ok)
    }

    @Test("verifies what it holds, against any root that it has had", arguments: StoreKind.allCases)
    func verification(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        var roots = [try store.head.root]
        for index in 0..<20 {
            roots.append(try store.commit(CommitGroup(frames: [draft("\(index)", count: 2)])).root)
        }
        #expect(Set(roots).count == roots.count)
        for root in roots { #expect(try LogVerifier.verify(store, expectedHead: root).ok) }
        let report = try LogVerifier.verify(store)
        #expect(report.frames == 20 && report.events == 40 && report.head == roots.last)
        let other = try LogVerifier.verify(store, expectedHead: MerkleRoot(bytes: [UInt8](repeating: 7, count: 32)))
        #expect(!other.ok && other.firstBad == nil && other.reason != nil)
    }

    @Test("is followed as it grows", arguments: StoreKind.allCases)
    func following(kind: StoreKind) throws {
        let store = try TestJournal(kind).open()
        var follower = LogFollower(store: store, from: 1)
        var seen: [String] = []
        let note = { (header: borrowing FrameHeader, payload: RawSpan) in
            seen.append(SeenFrame(header, payload).text)
            return true
        }
        #expect(try follower.poll(note) == false)
        _ = try store.commit(CommitGroup(frames: [draft("a", count: 4), draft("b")]))
        #expect(try follower.poll(note))
        #expect(try follower.poll(note) == false)
        _ = try store.commit(CommitGroup(frames: [draft("c")]))
        #expect(try follower.poll(note))
        #expect(seen == ["a", "b", "c"])
        #expect(follower.nextSequence == 7)
    }

    @Test("stores the same log with the same root in either kind")
    func sameRoots() throws {
        let stores = try StoreKind.allCases.map { try TestJournal($0).open() }
        for store in stores {
            _ = try store.beginEpoch { draft("epoch \($0)") }
            for index in 0..<70 { _ = try store.commit(CommitGroup(frames: [draft("\(index)", count: 2)])) }
        }
        #expect(try stores[0].head == stores[1].head)
    }
}
