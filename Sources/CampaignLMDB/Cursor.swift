internal import CCampaignLMDB

/// A position in a database. Each move returns whether there is an entry; then `key` and `value` show it.
@safe
package struct Cursor: ~Copyable, ~Escapable {
    private let handle: OpaquePointer
    private let database: Database
    private var currentKey = unsafe MDB_val()
    private var currentValue = unsafe MDB_val()
    /// The number of the page of memory that was asked for last.
    private var page: UInt = 0

    @_lifetime(immortal)
    init(transaction: OpaquePointer, database: Database) throws(LMDBError) {
        var opened: OpaquePointer?
        try check(
            unsafe mdb_cursor_open(transaction, database.handle, &opened),
            "opening a cursor on \(database.name ?? "main")"
        )
        guard let cursor = unsafe opened else {
            throw LMDBError(.invalidArgument, operation: "opening a cursor", message: "no cursor was made")
        }
        unsafe handle = unsafe cursor
        self.database = database
    }

    deinit {
        unsafe mdb_cursor_close(handle)
    }

    @_lifetime(self: copy self)
    package mutating func first() throws(LMDBError) -> Bool { try move(MDB_FIRST) }

    @_lifetime(self: copy self)
    package mutating func last() throws(LMDBError) -> Bool { try move(MDB_LAST) }

    @_lifetime(self: copy self)
    package mutating func next() throws(LMDBError) -> Bool { try move(MDB_NEXT) }

    @_lifetime(self: copy self)
    package mutating func previous() throws(LMDBError) -> Bool { try move(MDB_PREV) }

    /// Moves to the first entry whose key is `key` or comes after it.
    @_lifetime(self: copy self)
    package mutating func seek(_ key: DatabaseKey) throws(LMDBError) -> Bool {
        let (found, foundKey, foundValue) = try unsafe key.withValue(in: database) {
            (key: inout MDB_val) throws(LMDBError) -> (Bool, MDB_val, MDB_val) in
            var value = unsafe MDB_val()
            let code = unsafe mdb_cursor_get(handle, &key, &value, MDB_SET_RANGE)
            if code == MDB_NOTFOUND { return unsafe (false, MDB_val(), MDB_val()) }
            try check(code, "seeking in \(database.name ?? "main")")
            return unsafe (true, key, value)
        }
        unsafe currentKey = unsafe foundKey
        unsafe currentValue = unsafe foundValue
        return found
    }

    @_lifetime(self: copy self)
    private mutating func move(_ operation: MDB_cursor_op) throws(LMDBError) -> Bool {
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        let code = unsafe mdb_cursor_get(handle, &key, &value, operation)
        if code == MDB_NOTFOUND { return false }
        try check(code, "moving in \(database.name ?? "main")")
        unsafe currentKey = unsafe key
        unsafe currentValue = unsafe value
        // LMDB fills a page from its end on: without this the processor would wait anew for each value of a page.
        if unsafe UInt(bitPattern: value.mv_data) >> 12 != page { page = unsafe campaign_prefetch_page(value.mv_data) }
        return true
    }

    /// The key at the position.
    /// - Throws: `corrupted` when it is not of the database's kind.
    package func key() throws(LMDBError) -> DatabaseKey {
        guard let key = unsafe DatabaseKey(currentKey, kind: database.keyKind) else {
            throw LMDBError(
                .corrupted,
                operation: "reading a key of \(database.name ?? "main")",
                message: "the key has \(unsafe currentKey.mv_size) bytes"
            )
        }
        return key
    }

    /// The value at the position.
    package var value: RawSpan {
        @_lifetime(borrow self)
        get {
            let span = unsafe RawSpan(currentValue)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }
}
