import CampaignLog

/// The stores that the conformance suite runs over.
enum StoreKind: String, CaseIterable, Sendable {
    case memory
    case lmdb
}

/// A journal of either kind that tests open and have others write to.
final class TestJournal {
    private let kind: StoreKind
    private let memory = MemoryJournal()
    let scratch = Scratch()

    init(_ kind: StoreKind) {
        self.kind = kind
    }

    var directory: String { scratch.file("journal") }

    func open() throws -> any EventStore {
        switch kind {
        case .memory: MemoryEventStore(journal: memory)
        case .lmdb: try LMDBEventStore.open(directory: directory, mode: .engine(.current()))
        }
    }

    /// Another engine takes over: for LMDB it is another process.
    func beginEpochElsewhere() throws {
        switch kind {
        case .memory:
            _ = try MemoryEventStore(journal: memory).beginEpoch { draft("epoch \($0)") }
        case .lmdb:
            let child = ChildProcess("epoch", directory)
            child?.closeInput()
            child?.wait()
        }
    }
}

func draft(_ text: String, job: UInt32 = 0, count: UInt32 = 1) -> FrameDraft {
    FrameDraft(job: job, time: 1_795_222_923_004, count: count, payload: [UInt8](text.utf8))
}

/// A frame as a scan showed it.
struct SeenFrame: Equatable {
    var sequence: UInt64
    var count: UInt32
    var epoch: UInt64
    var job: UInt32
    var text: String
}

extension EventStore {
    func frames(from sequence: UInt64 = 1, limit: Int = .max) throws -> [SeenFrame] {
        var seen: [SeenFrame] = []
        try scan(from: sequence) { header, payload in
            seen.append(SeenFrame(header, payload))
            return seen.count < limit
        }
        return seen
    }

    func framesBackward(from sequence: UInt64?, limit: Int = .max) throws -> [SeenFrame] {
        var seen: [SeenFrame] = []
        try scanBackward(from: sequence) { header, payload in
            seen.append(SeenFrame(header, payload))
            return seen.count < limit
        }
        return seen
    }

    func keys(_ table: Table, from: TableKey? = nil, limit: Int = .max) throws -> [TableKey] {
        var keys: [TableKey] = []
        try scan(table, from: from) { key, _ in
            keys.append(key)
            return keys.count < limit
        }
        return keys
    }
}

extension SeenFrame {
    init(_ header: borrowing FrameHeader, _ payload: RawSpan) {
        sequence = header.firstSequence
        count = header.count
        epoch = header.epoch
        job = header.job
        text = String(decoding: payload.copied(), as: UTF8.self)
    }
}
