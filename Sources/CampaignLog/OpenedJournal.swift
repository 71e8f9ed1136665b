internal import CampaignLMDB

/// A journal that has been opened and checked: connection, head record and what had to be done.
struct OpenedJournal {
    let connection: LMDBEventStore.Connection
    let record: HeadRecord
    /// Whom the journal is to belong to from the next epoch on, where it belongs to someone else now. It is written with
    /// that epoch's first frame: a journal never changes hands without an event.
    let adoption: Adoption?
    let wasHeadRebuilt: Bool

    struct Adoption {
        let host: HostIdentity
        let inode: UInt64
    }

    init(directory: String, mode: LMDBEventStore.Mode, mapSizeBytes: Int) throws(LogError) {
        switch mode {
        case .engine(let host, let adopt):
            let environment = try Self.environment(directory, .readWrite, mapSizeBytes)
            self = try Self.openForEngine(environment, host: host, adopt: adopt)
        case .control:
            // Looked at as a reader first: a missing journal must not be created by a request to it.
            do {
                let reader = try Self.environment(directory, .readOnly, mapSizeBytes)
                _ = try Self.openForReader(reader)
            }
            self = try Self.openForReader(Self.environment(directory, .readWrite, mapSizeBytes))
        case .reader:
            self = try Self.openForReader(Self.environment(directory, .readOnly, mapSizeBytes))
        }
    }

    /// A connection for a writer that had one before: the databases exist, nothing is checked or changed.
    static func reopen(directory: String, mapSizeBytes: Int) throws(LogError) -> LMDBEventStore.Connection {
        try openForReader(environment(directory, .readWrite, mapSizeBytes)).connection
    }

    private init(
        connection: LMDBEventStore.Connection,
        record: HeadRecord,
        adoption: Adoption? = nil,
        wasHeadRebuilt: Bool = false
    ) {
        self.connection = connection
        self.record = record
        self.adoption = adoption
        self.wasHeadRebuilt = wasHeadRebuilt
    }

    private static func environment(
        _ directory: String,
        _ access: EnvironmentOptions.Access,
        _ mapSizeBytes: Int
    ) throws(LogError) -> Environment {
        do {
            return try Environment(
                directory: directory,
                options: EnvironmentOptions(access: access, mapSizeBytes: mapSizeBytes)
            )
        } catch {
            throw LogError(error, directory: directory)
        }
    }

    private static func openForReader(_ environment: Environment) throws(LogError) -> OpenedJournal {
        try translatingErrors(directory: environment.directory) {
            let transaction = try environment.read()
            let databases = try JournalDatabases(findingIn: transaction)
            let record = try HeadRecord(storedIn: transaction, databases)
            try transaction.keepDatabases()
            return OpenedJournal(
                connection: .init(environment: environment, databases: databases), record: record)
        }
    }

    private static func openForEngine(
        _ environment: Environment,
        host: HostIdentity,
        adopt: Bool
    ) throws(LogError) -> OpenedJournal {
        try translatingErrors(directory: environment.directory) {
            var transaction = try environment.write()
            let databases = try JournalDatabases(creatingIn: transaction)
            let inode = environment.identity.inode
            let stored = try storedRecord(transaction, databases)
            var (record, wasRebuilt) = try currentRecord(
                stored: stored, new: HeadRecord(host: host, inode: inode), transaction, databases)
            let isForeign = !record.belongs(to: host, inode: inode)
            if isForeign {
                guard adopt else {
                    throw LogError.foreignHost(
                        recorded: record.ownerDescription(currentInode: inode), current: host.description)
                }
            }
            if record != stored {
                record.commits &+= 1
                try transaction.put(record, databases)
            }
            try transaction.commit()
            return OpenedJournal(
                connection: .init(environment: environment, databases: databases),
                record: record,
                adoption: isForeign ? Adoption(host: host, inode: inode) : nil,
                wasHeadRebuilt: wasRebuilt
            )
        }
    }

    /// The stored record if it fits the frames, a recomputed one if there are frames, or else the new one.
    private static func currentRecord(
        stored: HeadRecord?,
        new: HeadRecord,
        _ transaction: borrowing WriteTransaction,
        _ databases: JournalDatabases
    ) throws -> (record: HeadRecord, wasRebuilt: Bool) {
        let frames = try transaction.statistics(of: databases.events).entries
        guard let stored else {
            if frames == 0 { return (new, false) }
            var record = new
            try record.rebuild(from: transaction, databases)
            return (record, true)
        }
        if try stored.agrees(with: transaction, databases) { return (stored, false) }
        var record = stored
        try record.rebuild(from: transaction, databases)
        return (record, true)
    }

    /// Nil when the record is missing or damaged; a newer one is an error.
    private static func storedRecord(
        _ transaction: borrowing WriteTransaction,
        _ databases: JournalDatabases
    ) throws -> HeadRecord? {
        guard let bytes = try transaction.value(in: databases.main, for: .bytes(HeadRecord.key)) else { return nil }
        do {
            return try HeadRecord(decoding: bytes)
        } catch LogError.corrupted {
            return nil
        }
    }
}
