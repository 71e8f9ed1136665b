internal import CCampaignLMDB
internal import Glibc

extension DatabaseKey {
    /// Runs `body` with the key as LMDB wants it, which lives no longer than the call.
    /// - Throws: `badValueSize` for a key that is empty, too long or not of the database's kind.
    func withValue<Result>(
        in database: Database,
        _ body: (inout MDB_val) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        switch (self, database.keyKind) {
        case (.integer(let number), .integer):
            var stored = number
            return try unsafe withUnsafeMutableBytes(of: &stored) { bytes throws(LMDBError) -> Result in
                var value = unsafe MDB_val(mv_size: bytes.count, mv_data: bytes.baseAddress)
                return try unsafe body(&value)
            }
        case (.bytes(let bytes), .bytes) where (1...Database.keySizeMaxBytes).contains(bytes.count):
            return try bytes.withSpan { span throws(LMDBError) -> Result in
                try unsafe span.bytes.withMDBValue(body)
            }
        default:
            throw LMDBError(
                .badValueSize,
                operation: "using a key of \(database.name ?? "main")",
                message: "the key is empty, longer than \(Database.keySizeMaxBytes) bytes, or of the wrong kind"
            )
        }
    }

    /// Reads a key back. Nil when its size is not that of the database's kind.
    init?(_ value: MDB_val, kind: Database.KeyKind) {
        let bytes = unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        switch kind {
        case .integer:
            guard bytes.count == MemoryLayout<UInt64>.size else { return nil }
            self = unsafe .integer(bytes.loadUnaligned(as: UInt64.self))
        case .bytes:
            self = unsafe .bytes([UInt8](bytes))
        }
    }
}

extension [UInt8] {
    func withSpan<Result>(_ body: (Span<UInt8>) throws(LMDBError) -> Result) throws(LMDBError) -> Result {
        try body(span)
    }
}

extension RawSpan {
    /// LMDB takes a mutable pointer but never writes through a key or a value that it is given.
    func withMDBValue<Result>(
        _ body: (inout MDB_val) throws(LMDBError) -> Result
    ) throws(LMDBError) -> Result {
        try unsafe withUnsafeBytes { bytes throws(LMDBError) -> Result in
            var value = unsafe MDB_val(
                mv_size: bytes.count,
                mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress)
            )
            return try unsafe body(&value)
        }
    }
}
