internal import CCampaignLMDB
internal import Glibc

/// The one write transaction of an environment. Bound to the thread that began it. Aborted when it is dropped.
@safe
package struct WriteTransaction: ~Copyable {
    private var handle: OpaquePointer?
    private let environment: Environment

    init(environment: Environment) throws(LMDBError) {
        unsafe handle = try unsafe environment.begin(flags: 0)
        self.environment = environment
    }

    deinit {
        guard let handle = unsafe handle, getpid() == environment.processID else { return }
        unsafe mdb_txn_abort(handle)
        environment.gate.leave()
    }

    /// Makes everything durable. After a failure nothing is known: reopen the environment and look.
    package consuming func commit() throws(LMDBError) {
        let open = try unsafe openHandle()
        unsafe handle = nil
        environment.reserve()
        let code = unsafe mdb_txn_commit(open)
        environment.gate.leave()
        try check(code, "committing to \(environment.directory)")
    }

    private func openHandle() throws(LMDBError) -> OpaquePointer {
        guard let open = unsafe handle else {
            throw LMDBError(.badTransaction, operation: "using a transaction", message: "it has ended")
        }
        return unsafe open
    }

    /// The database of that name, created when missing.
    package func database(named name: String?, keyKind: Database.KeyKind) throws(LMDBError) -> Database {
        guard
            let database = try unsafe Database.open(
                in: openHandle(), name: name, keyKind: keyKind, create: name != nil)
        else {
            throw LMDBError(.notFound, operation: "opening database \(name ?? "main")", message: "it does not exist")
        }
        return database
    }

    @_lifetime(borrow self)
    package func value(in database: Database, for key: DatabaseKey) throws(LMDBError) -> RawSpan? {
        guard let found = try unsafe TransactionHandle.get(openHandle(), database, key) else { return nil }
        let span = unsafe RawSpan(found)
        return unsafe _overrideLifetime(span, borrowing: self)
    }

    @_lifetime(borrow self)
    package func cursor(in database: Database) throws(LMDBError) -> Cursor {
        let cursor = try unsafe Cursor(transaction: openHandle(), database: database)
        return unsafe _overrideLifetime(cursor, borrowing: self)
    }

    package func statistics(of database: Database) throws(LMDBError) -> DatabaseStatistics {
        try unsafe TransactionHandle.statistics(openHandle(), database)
    }
}

extension Environment {
    /// Begins the write transaction; waits while another thread or process has one.
    package func write() throws(LMDBError) -> WriteTransaction {
        try WriteTransaction(environment: self)
    }
}

// MARK: - Changes
extension WriteTransaction {
    package struct PutFlags: OptionSet, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// The key comes after all others; `keyExists` is thrown when it does not.
        package static let append = Self(rawValue: UInt32(MDB_APPEND))
        /// `keyExists` is thrown when the key is there already.
        package static let noOverwrite = Self(rawValue: UInt32(MDB_NOOVERWRITE))
    }

    package mutating func put(
        _ value: RawSpan,
        in database: Database,
        for key: DatabaseKey,
        flags: PutFlags = []
    ) throws(LMDBError) {
        let transaction = try unsafe openHandle()
        try unsafe key.withValue(in: database) { (key: inout MDB_val) throws(LMDBError) in
            try unsafe value.withMDBValue { (value: inout MDB_val) throws(LMDBError) in
                try check(
                    unsafe mdb_put(transaction, database.handle, &key, &value, flags.rawValue),
                    "writing to \(database.name ?? "main")"
                )
            }
        }
    }

    /// Reserves `byteCount` bytes for the value and has `fill` write them in place.
    /// - Throws: `badValueSize` unless `fill` initialises every byte: the rest would be old memory on disk.
    /// - Returns: what `fill` returns.
    package mutating func put<Result>(
        byteCount: Int,
        in database: Database,
        for key: DatabaseKey,
        flags: PutFlags = [],
        _ fill: (inout OutputRawSpan) -> Result
    ) throws(LMDBError) -> Result {
        let transaction = try unsafe openHandle()
        let reserved = try unsafe key.withValue(in: database) {
            (key: inout MDB_val) throws(LMDBError) -> MDB_val in
            var value = unsafe MDB_val(mv_size: byteCount, mv_data: nil)
            let all = flags.rawValue | UInt32(MDB_RESERVE)
            try check(
                unsafe mdb_put(transaction, database.handle, &key, &value, all),
                "writing to \(database.name ?? "main")"
            )
            return unsafe value
        }
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: reserved.mv_data, count: byteCount)
        var output = unsafe OutputRawSpan(buffer: buffer, initializedCount: 0)
        let result = fill(&output)
        let filled = unsafe output.finalize(for: buffer)
        if filled != byteCount {
            unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
            throw LMDBError(
                .badValueSize,
                operation: "writing to \(database.name ?? "main")",
                message: "\(filled) of \(byteCount) reserved bytes were filled"
            )
        }
        return result
    }

    /// Returns whether the key was there.
    @discardableResult
    package mutating func delete(_ key: DatabaseKey, in database: Database) throws(LMDBError) -> Bool {
        let transaction = try unsafe openHandle()
        return try unsafe key.withValue(in: database) { (key: inout MDB_val) throws(LMDBError) -> Bool in
            let code = unsafe mdb_del(transaction, database.handle, &key, nil)
            if code == MDB_NOTFOUND { return false }
            try check(code, "deleting from \(database.name ?? "main")")
            return true
        }
    }

    /// Deletes the entries of an integer database whose keys lie in `range`; returns how many there were.
    @discardableResult
    package mutating func delete(_ range: ClosedRange<UInt64>, in database: Database) throws(LMDBError) -> Int {
        var opened: OpaquePointer?
        try check(
            unsafe mdb_cursor_open(openHandle(), database.handle, &opened),
            "opening a cursor on \(database.name ?? "main")"
        )
        guard let cursor = unsafe opened else { return 0 }
        defer { unsafe mdb_cursor_close(cursor) }
        return try unsafe DatabaseKey.integer(range.lowerBound).withValue(in: database) {
            (start: inout MDB_val) throws(LMDBError) -> Int in
            var key = unsafe start
            var value = unsafe MDB_val()
            var count = 0
            var code = unsafe mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE)
            while code == 0 {
                guard case .integer(let number) = unsafe DatabaseKey(key, kind: .integer),
                    number <= range.upperBound
                else { return count }
                try check(unsafe mdb_cursor_del(cursor, 0), "deleting from \(database.name ?? "main")")
                count += 1
                // After a deletion the cursor stands on the following entry, or at the page's end.
                code = unsafe mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
            }
            if code != MDB_NOTFOUND { try check(code, "moving in \(database.name ?? "main")") }
            return count
        }
    }

    /// Empties the database.
    package mutating func drop(_ database: Database) throws(LMDBError) {
        try check(
            unsafe mdb_drop(openHandle(), database.handle, 0),
            "emptying \(database.name ?? "main")"
        )
    }
}
