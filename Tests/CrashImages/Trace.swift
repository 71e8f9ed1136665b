import CCrashRecorder

/// One thing that happened to the data file, or a line that the recorder's program wrote in between.
enum TraceRecord: Equatable {
    case writeBegan(offset: Int, bytes: ArraySlice<UInt8>, isSynchronous: Bool)
    /// A synchronous write has returned.
    case writeEnded
    case flushBegan
    case flushEnded
    /// The file has at least this length.
    case extended(sizeBytes: Int)
    /// The file is shown under its name; before that, a power cut leaves no journal at all.
    case named
    case mark(String)
    case folder(FolderChange)
    case folderFlushBegan
    case folderFlushEnded
    /// A call that is not modelled: the record cannot be used.
    case unknown(String)
}

/// All that happened to one data file, in order.
struct Trace {
    struct Damaged: Error, CustomStringConvertible {
        var description: String
    }

    let bytes: [UInt8]
    let records: [TraceRecord]

    init(_ records: [TraceRecord]) {
        bytes = []
        self.records = records
    }

    private static let headerSizeBytes = 24

    /// - Parameter bytes: as `CCrashRecorder` lays them out.
    init(decoding bytes: [UInt8]) throws(Damaged) {
        self.bytes = bytes
        var records: [TraceRecord] = []
        var position = 0
        while position < bytes.count {
            guard bytes.count - position >= Self.headerSizeBytes else { throw Damaged(description: "cut off") }
            let size = Int(bytes.integer(at: position + 4, sizeBytes: 4))
            let offset = bytes.integer(at: position + 8, sizeBytes: 8)
            let start = position + Self.headerSizeBytes
            guard bytes.count - start >= size, let offset = Int(exactly: offset) else {
                throw Damaged(description: "cut off")
            }
            records.append(
                try Self.record(
                    kind: UInt32(bytes[position]), flags: bytes[position + 1], offset: offset,
                    payload: bytes[start..<start + size]))
            position = start + size
        }
        self.records = records
    }

    private static func record(
        kind: UInt32, flags: UInt8, offset: Int, payload: ArraySlice<UInt8>
    ) throws(Damaged) -> TraceRecord {
        switch kind {
        case CRASH_WRITE_BEGAN.rawValue: .writeBegan(offset: offset, bytes: payload, isSynchronous: flags & 1 == 1)
        case CRASH_WRITE_ENDED.rawValue: .writeEnded
        case CRASH_FLUSH_BEGAN.rawValue: .flushBegan
        case CRASH_FLUSH_ENDED.rawValue: .flushEnded
        case CRASH_EXTENDED.rawValue: .extended(sizeBytes: offset)
        case CRASH_NAMED.rawValue: .named
        case CRASH_MARK.rawValue: .mark(String(decoding: payload, as: UTF8.self))
        case CRASH_UNKNOWN.rawValue: .unknown(String(decoding: payload, as: UTF8.self))
        case CRASH_FOLDER_FLUSH_BEGAN.rawValue: .folderFlushBegan
        case CRASH_FOLDER_FLUSH_ENDED.rawValue: .folderFlushEnded
        case CRASH_FOLDER_WRITTEN.rawValue, CRASH_FOLDER_RENAMED.rawValue:
            try folderChange(isRenaming: kind == CRASH_FOLDER_RENAMED.rawValue, offset: offset, payload)
        default: throw Damaged(description: "unknown record \(kind)")
        }
    }

    private static func folderChange(
        isRenaming: Bool, offset: Int, _ payload: ArraySlice<UInt8>
    ) throws(Damaged) -> TraceRecord {
        guard let newline = payload.firstIndex(of: UInt8(ascii: "\n")) else {
            throw Damaged(description: "a change of a folder names no file")
        }
        let name = String(decoding: payload[..<newline], as: UTF8.self)
        let rest = payload[(newline + 1)...]
        return .folder(
            isRenaming
                ? .renamed(name, String(decoding: rest, as: UTF8.self))
                : .written(name, offset: offset, bytes: rest))
    }

    var writes: Int { records.count { if case .writeBegan = $0 { true } else { false } } }

    /// Calls that return only when something is durable: flushes, and synchronous writes.
    var flushes: Int { records.count { $0 == .flushEnded || $0 == .writeEnded } }

    /// The first call that the disk model knows nothing of.
    var unmodelled: String? {
        for case .unknown(let call) in records { return call }
        return nil
    }
}

extension [UInt8] {
    fileprivate func integer(at offset: Int, sizeBytes: Int) -> UInt64 {
        (0..<sizeBytes).reversed().reduce(0) { $0 << 8 | UInt64(self[offset + $1]) }
    }
}
