internal import CCampaignLMDB
internal import Glibc

/// The calls that reading and writing transactions share.
enum TransactionHandle {
    static func get(
        _ transaction: OpaquePointer,
        _ database: Database,
        _ key: DatabaseKey
    ) throws(LMDBError) -> MDB_val? {
        try unsafe key.withValue(in: database) { (key: inout MDB_val) throws(LMDBError) -> MDB_val? in
            var value = unsafe MDB_val()
            let code = unsafe mdb_get(transaction, database.handle, &key, &value)
            if code == MDB_NOTFOUND { return nil }
            try check(code, "reading from \(database.name ?? "main")")
            return unsafe value
        }
    }

    static func statistics(
        _ transaction: OpaquePointer,
        _ database: Database
    ) throws(LMDBError) -> DatabaseStatistics {
        var stat = MDB_stat()
        try check(unsafe mdb_stat(transaction, database.handle, &stat), "sizing \(database.name ?? "main")")
        return DatabaseStatistics(
            entries: Int(stat.ms_entries),
            depth: Int(stat.ms_depth),
            branchPages: Int(stat.ms_branch_pages),
            leafPages: Int(stat.ms_leaf_pages),
            overflowPages: Int(stat.ms_overflow_pages)
        )
    }
}

extension Database {
    static func open(
        in transaction: OpaquePointer,
        name: String?,
        keyKind: KeyKind,
        create: Bool
    ) throws(LMDBError) -> Database? {
        var flags: UInt32 = 0
        if keyKind == .integer { flags |= UInt32(MDB_INTEGERKEY) }
        if create { flags |= UInt32(MDB_CREATE) }
        var handle: UInt32 = 0
        let code =
            if let name {
                unsafe mdb_dbi_open(transaction, name, flags, &handle)
            } else {
                unsafe mdb_dbi_open(transaction, nil, flags, &handle)
            }
        if code == MDB_NOTFOUND { return nil }
        try check(code, "opening database \(name ?? "main")")
        return Database(handle: handle, name: name, keyKind: keyKind)
    }
}

extension RawSpan {
    /// The bytes that LMDB points at. The caller says how long they live.
    @_lifetime(immortal)
    init(_ value: MDB_val) {
        let bytes = unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        let span = unsafe RawSpan(_unsafeBytes: bytes)
        self = unsafe _overrideLifetime(span, borrowing: ())
    }
}
