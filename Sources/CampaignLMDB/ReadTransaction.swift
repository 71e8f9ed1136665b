internal import CCampaignLMDB
internal import Glibc

/// A snapshot of the environment. Values are borrowed from the map and live no longer than the transaction.
///
/// Ends with its scope. Keep it short: while it is open no page that it can see is used again.
@safe
package struct ReadTransaction: ~Copyable {
    private var handle: OpaquePointer?
    private let environment: Environment

    init(environment: Environment) throws(LMDBError) {
        unsafe handle = try unsafe environment.begin(flags: UInt32(MDB_RDONLY))
        self.environment = environment
    }

    deinit {
        guard let handle = unsafe handle, getpid() == environment.processID else { return }
        unsafe mdb_txn_abort(handle)
        environment.gate.leave()
    }

    /// The number of the write transaction that this snapshot shows.
    package var identifier: UInt64 {
        unsafe handle.map { UInt64(unsafe mdb_txn_id($0)) } ?? 0
    }

    private func openHandle() throws(LMDBError) -> OpaquePointer {
        guard let open = unsafe handle else {
            throw LMDBError(.badTransaction, operation: "using a transaction", message: "it has ended")
        }
        return unsafe open
    }

    /// A database for use in this and later transactions, nil when it does not exist.
    package func database(named name: String?, keyKind: Database.KeyKind) throws(LMDBError) -> Database? {
        try unsafe Database.open(in: openHandle(), name: name, keyKind: keyKind, create: false)
    }

    /// Ends the snapshot and keeps the databases opened in it open for later transactions.
    package consuming func keepDatabases() throws(LMDBError) {
        // A database opened in a transaction that is aborted is closed with it.
        let open = try unsafe openHandle()
        unsafe handle = nil
        let code = unsafe mdb_txn_commit(open)
        environment.gate.leave()
        try check(code, "opening the databases")
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
    /// Begins a snapshot.
    package func read() throws(LMDBError) -> ReadTransaction {
        try ReadTransaction(environment: self)
    }

    /// Enters the gate and begins; the gate is left again on failure.
    func begin(flags: UInt32) throws(LMDBError) -> OpaquePointer {
        try refuseForked()
        var attempt = 0
        while true {
            attempt += 1
            gate.enter()
            var transaction: OpaquePointer?
            do throws(LMDBError) {
                try check(
                    unsafe mdb_txn_begin(openHandle(), nil, flags, &transaction),
                    flags & UInt32(MDB_RDONLY) == 0 ? "beginning a write" : "beginning a read"
                )
                if let transaction = unsafe transaction { return unsafe transaction }
                throw LMDBError(returned: ENOMEM, operation: "beginning a transaction")
            } catch {
                gate.leave()
                guard attempt == 1 else { throw error }
                switch error.code {
                case .mapResized: try adoptMapSize()
                case .readersFull: try freeStaleReaders()
                default: throw error
                }
            }
        }
    }
}
