internal import CampaignLMDB
internal import Synchronization

extension LMDBEventStore {
    /// Runs `body` in a fresh snapshot.
    func withRead<Result>(
        _ body: (borrowing ReadTransaction, JournalDatabases) throws -> Result
    ) throws -> Result {
        var attempt = 0
        while true {
            attempt += 1
            let transaction: ReadTransaction
            let databases: JournalDatabases
            do {
                guard let open = connection.withLock({ $0 }) else {
                    throw LMDBError(.closed, operation: "reading \(directory)", message: "the journal is closed")
                }
                databases = open.databases
                transaction = try open.environment.read()
            } catch let error as LMDBError where error.code == .closed && attempt < 3 {
                // A failed commit is having the environment reopened: wait for that writer.
                writer.withLock { _ in }
                continue
            } catch let error as LMDBError {
                throw LogError(error, directory: directory)
            }
            do {
                return try body(transaction, databases)
            } catch let error as LMDBError {
                throw LogError(error, directory: directory)
            }
        }
    }

    package var head: LogHead {
        get throws(LogError) {
            try translatingErrors(directory: directory) {
                try withRead { transaction, databases in
                    guard let bytes = try transaction.value(in: databases.main, for: .bytes(HeadRecord.key)) else {
                        throw HeadRecord.damaged
                    }
                    return try HeadRecord(decoding: bytes).head
                }
            }
        }
    }

    package func value(_ table: Table, _ key: TableKey) throws(LogError) -> [UInt8]? {
        try translatingErrors(directory: directory) {
            try withValue(table, key) { $0?.copied() }
        }
    }

    package func withValue<Result>(
        _ table: Table,
        _ key: TableKey,
        _ body: (RawSpan?) throws -> Result
    ) throws -> Result {
        try key.check(for: table)
        return try withRead { transaction, databases in
            try body(transaction.value(in: databases[table], for: key.databaseKey))
        }
    }

    package func lastKey(_ table: Table) throws(LogError) -> TableKey? {
        try translatingErrors(directory: directory) {
            try withRead { transaction, databases in
                var cursor = try transaction.cursor(in: databases[table])
                guard try cursor.last() else { return nil }
                return TableKey(try cursor.key())
            }
        }
    }
}
