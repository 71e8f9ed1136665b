internal import CampaignLMDB
internal import Synchronization

extension LMDBEventStore {
    package func commit(_ group: CommitGroup) throws(LogError) -> LogHead {
        try group.check()
        switch mode {
        case .engine:
            return try writer.withLock { (writer) throws(LogError) in
                if let settled = try settlePending(&writer, group) { return settled }
                return try commit(&writer, beginningEpoch: false) { _ in group }
            }
        case .control:
            guard group.isControlOnly else {
                throw .notPermitted("only the running engine may write to \(directory)")
            }
            return try commitControl(group)
        case .reader:
            throw .notPermitted("\(directory) was opened for reading")
        }
    }

    /// The connection for a write; opened anew when an earlier failure has lost it.
    private func connectionForWriting(_ writer: Writer) throws(LogError) -> Connection {
        if !writer.isClosed, connection.withLock({ $0 == nil }) { try reopen() }
        return try openConnection()
    }

    package func beginEpoch(_ makeFrame: (UInt64) -> FrameDraft) throws(LogError) -> LogHead {
        guard case .engine = mode else {
            throw .notPermitted("only an engine may begin an epoch in \(directory)")
        }
        return try writer.withLock { (writer) throws(LogError) in
            // A commit of the old epoch that could not be settled is settled by reading on.
            if writer.pending != nil, !writer.isClosed {
                try reopen()
                writer.pending = nil
            }
            return try commit(&writer, beginningEpoch: true) { epoch in
                CommitGroup(frames: [makeFrame(epoch)])
            }
        }
    }

    /// Commits, growing the map as often as it takes.
    private func commit(
        _ writer: inout Writer,
        beginningEpoch: Bool,
        _ makeGroup: (UInt64) -> CommitGroup
    ) throws(LogError) -> LogHead {
        while true {
            do {
                return try attempt(&writer, beginningEpoch: beginningEpoch, makeGroup)
            } catch .mapFull {
                try grow()
            }
        }
    }

    private func grow() throws(LogError) {
        let open = try openConnection()
        do {
            try open.environment.grow()
        } catch {
            throw .mapFull(error.description)
        }
    }

    func openConnection() throws(LogError) -> Connection {
        guard let open = connection.withLock({ $0 }) else {
            throw .inputOutput("the journal \(directory) is closed")
        }
        return open
    }

    /// One try. A failure before the last step has stored nothing; after it, the journal is reopened and looked at.
    private func attempt(
        _ writer: inout Writer,
        beginningEpoch: Bool,
        _ makeGroup: (UInt64) -> CommitGroup
    ) throws(LogError) -> LogHead {
        let open = try connectionForWriting(writer)
        var commitError: LogError?
        var group = CommitGroup()
        var record: HeadRecord?
        var bytes: [UInt8] = []
        try translatingErrors(directory: directory) {
            var transaction = try open.environment.write()
            try refresh(&writer, transaction, open.databases)
            guard var next = writer.record else { throw HeadRecord.damaged }
            if beginningEpoch {
                guard next.epoch < .max else { throw LogError.invalid("there is no further epoch") }
                next.epoch += 1
                if let adoption = writer.adoption { next.adopt(host: adoption.host, inode: adoption.inode) }
            } else if next.epoch > writer.epoch {
                throw LogError.fenced(stored: next.epoch, own: writer.epoch)
            }
            group = makeGroup(next.epoch)
            try group.check()
            try transaction.apply(group, open.databases, &next)
            next.commits &+= 1
            bytes = next.encode()
            try unsafe transaction.put(bytes.span.bytes, in: open.databases.main, for: .bytes(HeadRecord.key))
            record = next
            commitError = finish(transaction)
        }
        guard let record else { throw HeadRecord.damaged }
        if let commitError {
            // LMDB gives up on a full map before it writes anything.
            if case .mapFull = commitError { throw commitError }
            writer.pending = PendingCommit(group: group, record: record)
            guard let landed = try settlePending(&writer, group) else { throw commitError }
            if beginningEpoch { writer.begin(landed.epoch) }
            return landed
        }
        writer.record = record
        writer.recordBytes = bytes
        if beginningEpoch { writer.begin(record.epoch) }
        return record.head
    }

    /// Commits the transaction; returns the error of a failed commit instead of throwing it.
    private func finish(_ transaction: consuming WriteTransaction) -> LogError? {
        do throws(LogError) {
            try commitStep?(.beforeStoring)
        } catch {
            return error
        }
        do throws(LMDBError) {
            try transaction.commit()
        } catch {
            return explain(LogError(error, directory: directory))
        }
        do throws(LogError) {
            try commitStep?(.afterStoring)
        } catch {
            return error
        }
        return nil
    }

    /// LMDB reports a write that was cut short by a full disk as an input/output error.
    private func explain(_ error: LogError) -> LogError {
        guard case .inputOutput(let message) = error,
            let free = DiskSpace.freeBytes(at: directory), free < Self.fullDiskFreeMaxBytes
        else { return error }
        return .noSpace("\(free) bytes are free in \(directory) (\(message))")
    }

    private static let fullDiskFreeMaxBytes: UInt64 = 1024 * 1024

    /// Takes over the stored head record when it is not the one last seen.
    private func refresh(
        _ writer: inout Writer,
        _ transaction: borrowing WriteTransaction,
        _ databases: JournalDatabases
    ) throws {
        guard let stored = try transaction.value(in: databases.main, for: .bytes(HeadRecord.key)) else {
            throw HeadRecord.damaged
        }
        if stored.equals(writer.recordBytes) { return }
        writer.record = try HeadRecord(decoding: stored)
        writer.recordBytes = stored.copied()
    }

    /// A request to the running engine: leaves the head record alone.
    private func commitControl(_ group: CommitGroup) throws(LogError) -> LogHead {
        try writer.withLock { (writer) throws(LogError) in
            while true {
                do throws(LogError) {
                    let open = try connectionForWriting(writer)
                    var failure: LogError?
                    try translatingErrors(directory: directory) {
                        var transaction = try open.environment.write()
                        try refresh(&writer, transaction, open.databases)
                        try transaction.applyTables(group, open.databases)
                        failure = finish(transaction)
                    }
                    guard let failure else { break }
                    if case .mapFull = failure { throw failure }
                    // Whether it was stored matters little: a request may be made twice.
                    try reopen()
                    throw failure
                } catch .mapFull {
                    try grow()
                }
            }
            guard let record = writer.record else { throw HeadRecord.damaged }
            return record.head
        }
    }
}
