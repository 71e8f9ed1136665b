internal import CampaignLMDB
internal import Synchronization

extension LMDBEventStore {
    /// Finds out what became of a commit that failed in its last step.
    /// - Returns: the head when the pending group is stored and `group` is that group; nil when nothing is pending
    ///   any more and nothing was stored.
    /// - Throws: `inDoubt` while the journal cannot be read, or for good when the pending group was stored but
    ///   another one is asked for: the caller then has to open the journal anew and read on from there.
    func settlePending(_ writer: inout Writer, _ group: CommitGroup) throws(LogError) -> LogHead? {
        guard let pending = writer.pending, !writer.isClosed else { return nil }
        do throws(LogError) {
            try reopen()
            let wasStored = try isStored(pending)
            guard wasStored else {
                writer.pending = nil
                return nil
            }
            guard group == pending.group else {
                // What holds no events may be stored or not: whoever gave it up does not miss it, and nothing depends on it.
                if pending.group.frames.isEmpty {
                    writer.pending = nil
                    return nil
                }
                throw .inDoubt("the commit before this one was reported as failed, but is stored")
            }
            let head = try confirm(&writer)
            writer.pending = nil
            return head
        } catch {
            switch error {
            case .inDoubt, .fenced: throw error
            default: break
            }
            throw .inDoubt(error.description)
        }
    }

    private func isStored(_ pending: PendingCommit) throws(LogError) -> Bool {
        try translatingErrors(directory: directory) {
            try withReadDuringCommit { transaction, databases in
                guard let bytes = try transaction.value(in: databases.main, for: .bytes(HeadRecord.key)) else {
                    throw HeadRecord.damaged
                }
                let stored = try HeadRecord(decoding: bytes)
                if stored.epoch > pending.record.epoch {
                    throw LogError.fenced(stored: stored.epoch, own: pending.record.epoch)
                }
                return stored.commits >= pending.record.commits
            }
        }
    }

    /// What is visible after a failed commit need not have reached the disk: its last write may be the one that
    /// failed. One more commit writes a new root page, and is durable only with everything that it refers to.
    private func confirm(_ writer: inout Writer) throws(LogError) -> LogHead {
        let open = try openConnection()
        return try translatingErrors(directory: directory) {
            var transaction = try open.environment.write()
            var record = try HeadRecord(storedIn: transaction, open.databases)
            record.commits &+= 1
            let bytes = record.encode()
            try unsafe transaction.put(bytes.span.bytes, in: open.databases.main, for: .bytes(HeadRecord.key))
            try transaction.commit()
            writer.record = record
            writer.recordBytes = bytes
            return record.head
        }
    }

    /// Closes the environment and opens it again. Called with the writer's lock held.
    func reopen() throws(LogError) {
        if let open = connection.withLock({ $0 }) {
            do {
                try open.environment.close()
            } catch {
                throw LogError(error, directory: directory)
            }
            connection.withLock { $0 = nil }
        }
        let opened = try OpenedJournal.reopen(directory: directory, mapSizeBytes: mapSizeBytes)
        connection.withLock { $0 = opened }
    }

    /// Like `withRead`, for a thread that holds the writer's lock: never waits for that lock.
    private func withReadDuringCommit<Result>(
        _ body: (borrowing ReadTransaction, JournalDatabases) throws -> Result
    ) throws -> Result {
        let open = try openConnection()
        let transaction = try open.environment.read()
        return try body(transaction, open.databases)
    }

    /// Copies the journal, compacted and consistent, into the empty or missing directory `target`. The copy has to
    /// be adopted before an engine runs on it.
    package func backup(to target: String) throws(LogError) {
        let open = try openConnection()
        do {
            try open.environment.copyCompacting(to: target)
        } catch {
            throw LogError(error, directory: target)
        }
    }
}
