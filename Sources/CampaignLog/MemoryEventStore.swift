internal import Synchronization

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// A store without a disk, for tests and the simulator. Same frames, same hashes, same refusals.
///
/// Several stores may share a `MemoryJournal`, as several processes share a directory.
package final class MemoryEventStore: EventStore {
    package let journal: MemoryJournal
    private let writer: Mutex<Writer>

    /// What only the process that commits knows.
    private struct Writer {
        var epoch: UInt64
        var pending: PendingCommit?
        /// The journal belongs to this machine from the next epoch on.
        var owner: HostIdentity?
    }

    /// A commit that was reported as failed, and the number of commits that there would be if it was stored.
    private struct PendingCommit {
        let group: CommitGroup
        let commits: UInt64
    }

    package init(journal: MemoryJournal = MemoryJournal()) {
        self.journal = journal
        writer = Mutex(Writer(epoch: journal.state.withLock { $0.head.epoch }))
    }

    /// Opens the journal for an engine on `host`.
    /// - Throws: `foreignHost` when it belongs to another machine or is a copy, unless it may be adopted.
    package convenience init(
        opening journal: MemoryJournal, host: HostIdentity, adopting: Bool
    ) throws(LogError) {
        #if CAMPAIGN_MUTANTS
        if Mutant.hostIgnored.isPlanted {
            self.init(journal: journal)
            return
        }
        #endif
        if let owner = journal.state.withLock({ $0.owner }), owner.id != host.id, !adopting {
            throw .foreignHost(recorded: owner.description, current: host.description)
        }
        self.init(journal: journal)
        #if CAMPAIGN_MUTANTS
        if Mutant.adoptsSilently.isPlanted { journal.state.withLock { $0.owner = host } }
        #endif
        writer.withLock { $0.owner = host }
    }

    package func commit(_ group: CommitGroup) throws(LogError) -> LogHead {
        try group.check()
        return try writer.withLock { (writer) throws(LogError) in
            if let settled = try settle(&writer, group) { return settled }
            let own = writer.epoch
            return try store(&writer, group) { (head) throws(LogError) in
                #if CAMPAIGN_MUTANTS
                if Mutant.fenceIgnored.isPlanted { return head.epoch }
                #endif
                guard head.epoch <= own else { throw .fenced(stored: head.epoch, own: own) }
                return head.epoch
            }
        }
    }

    package func beginEpoch(_ makeFrame: (UInt64) -> FrameDraft) throws(LogError) -> LogHead {
        try writer.withLock { (writer) throws(LogError) in
            writer.pending = nil
            let next = journal.state.withLock { $0.head.epoch } + 1
            let head = try store(&writer, CommitGroup(frames: [makeFrame(next)]), owner: writer.owner) { _ in next }
            writer.epoch = head.epoch
            return head
        }
    }

    /// A commit that was reported as failed may be stored: it must not be stored twice when it is tried again.
    private func settle(_ writer: inout Writer, _ group: CommitGroup) throws(LogError) -> LogHead? {
        guard let pending = writer.pending else { return nil }
        let (head, commits) = journal.state.withLock { ($0.head, $0.commits) }
        if head.epoch > writer.epoch { throw .fenced(stored: head.epoch, own: writer.epoch) }
        #if CAMPAIGN_MUTANTS
        if Mutant.failedCommitForgotten.isPlanted {
            writer.pending = nil
            return nil
        }
        #endif
        if commits >= pending.commits {
            guard group == pending.group else {
                #if CAMPAIGN_MUTANTS
                if Mutant.snapshotFailureIsFatal.isPlanted { throw .inDoubt("the commit before this one is stored") }
                #endif
                if pending.group.frames.isEmpty {
                    writer.pending = nil
                    return nil
                }
                throw .inDoubt("the commit before this one was reported as failed, but is stored")
            }
            // One more flush confirms what can be read already.
            let fault = journal.state.withLock { $0.fault?($0.commits) }
            switch fault {
            case .refused(let error), .storedUnacknowledged(let error): throw error
            case nil: journal.unflushed.withLock { $0 = nil }
            }
            writer.pending = nil
            return head
        }
        writer.pending = nil
        return nil
    }

    private func store(
        _ writer: inout Writer, _ group: CommitGroup, owner: HostIdentity? = nil,
        _ epoch: (LogHead) throws(LogError) -> UInt64
    ) throws(LogError) -> LogHead {
        try group.check()
        let expected = journal.state.withLock { $0.commits } + 1
        do throws(LogError) {
            return try journal.state.withLock { (state) throws(LogError) in
                let epoch = try epoch(state.head)
                let fault = state.fault?(state.commits)
                if case .refused(let error) = fault { throw error }
                if case .storedUnacknowledged = fault {
                    let before = state
                    journal.unflushed.withLock { $0 = $0 ?? MemoryJournal.Unflushed(before: before) }
                }
                let head = try state.store(group, epoch: epoch)
                state.owner = owner ?? state.owner
                #if CAMPAIGN_MUTANTS
                if Mutant.flushNotAwaited.isPlanted { return head }
                #endif
                if case .storedUnacknowledged(let error) = fault { throw error }
                journal.unflushed.withLock { $0 = nil }
                return head
            }
        } catch {
            if error.isRetryable {
                writer.pending = PendingCommit(group: group, commits: expected)
            }
            throw error
        }
    }

    package var head: LogHead {
        get throws(LogError) { journal.state.withLock { $0.head } }
    }

    package func value(_ table: Table, _ key: TableKey) throws(LogError) -> [UInt8]? {
        try key.check(for: table)
        return journal.state.withLock { $0.tables[Int(table.rawValue)].value(key) }
    }

    package func withValue<Result>(
        _ table: Table,
        _ key: TableKey,
        _ body: (RawSpan?) throws -> Result
    ) throws -> Result {
        guard let value = try value(table, key) else { return try body(nil) }
        return try unsafe body(value.span.bytes)
    }

    package func scan(
        _ table: Table,
        from: TableKey?,
        _ body: (TableKey, RawSpan) throws -> Bool
    ) throws {
        try from?.check(for: table)
        // A snapshot: copying the arrays copies nothing until the table changes.
        let entries = journal.state.withLock { $0.tables[Int(table.rawValue)] }
        for index in (from.map(entries.lowerBound) ?? 0)..<entries.keys.count {
            let value = entries.values[index]
            guard try unsafe body(entries.keys[index], value.span.bytes) else { return }
        }
    }

    package func lastKey(_ table: Table) throws(LogError) -> TableKey? {
        journal.state.withLock { $0.tables[Int(table.rawValue)].keys.last }
    }
}

// MARK: - Log scans
extension MemoryEventStore {
    package func scan(
        from sequence: UInt64,
        _ body: (borrowing FrameHeader, RawSpan) throws -> Bool
    ) throws {
        let (sequences, frames) = journal.state.withLock { ($0.sequences, $0.frames) }
        var index = max(0, sequences.partitioningIndex { $0 > sequence } - 1)
        if index < frames.count {
            let frame = frames[index]
            let header = try unsafe FrameCodec.decode(frame.span.bytes, storedAt: sequences[index])
            if sequence >= header.nextSequence { index += 1 }
        }
        for index in index..<max(index, frames.count) {
            guard try Self.show(frames[index], storedAt: sequences[index], body) else { return }
        }
    }

    package func scanBackward(
        from sequence: UInt64?,
        _ body: (borrowing FrameHeader, RawSpan) throws -> Bool
    ) throws {
        let (sequences, frames) = journal.state.withLock { ($0.sequences, $0.frames) }
        let end = sequence.map { bound in sequences.partitioningIndex { $0 > bound } } ?? frames.count
        for index in (0..<end).reversed() {
            guard try Self.show(frames[index], storedAt: sequences[index], body) else { return }
        }
    }

    private static func show(
        _ frame: [UInt8],
        storedAt sequence: UInt64,
        _ body: (borrowing FrameHeader, RawSpan) throws -> Bool
    ) throws -> Bool {
        let bytes = unsafe frame.span.bytes
        let header = try FrameCodec.decode(bytes, storedAt: sequence)
        return try body(header, bytes.extracting(droppingFirst: FrameHeader.sizeBytes))
    }
}

extension MemoryJournal.State {
    fileprivate mutating func store(_ group: CommitGroup, epoch: UInt64) throws(LogError) -> LogHead {
        let events = group.frames.reduce(UInt64(0)) { $0 + UInt64($1.count) }
        guard !head.nextSequence.addingReportingOverflow(events).overflow else {
            throw .invalid("the log has no further sequences")
        }
        for range in group.deleteRanges { tables[Int(range.table.rawValue)].delete(range.keys) }
        for deletion in group.deletes { tables[Int(deletion.table.rawValue)].delete(deletion.key) }
        for put in group.puts { tables[Int(put.table.rawValue)].put(put.key, put.value) }
        head.epoch = epoch
        for draft in group.frames {
            let header = FrameHeader(
                draft: draft, epoch: epoch, firstSequence: head.nextSequence, hashBefore: head.newestHash)
            let frame = FrameCodec.encode(header, payload: draft.payload)
            let hash = unsafe MerkleHash.leaf(frame.span.bytes)
            head.tree.append(leaf: hash)
            sequences.append(header.firstSequence)
            frames.append(frame)
            head.nextSequence = header.nextSequence
            #if CAMPAIGN_MUTANTS
            if Mutant.chainStale.isPlanted, head.frames % 5 == 4 { continue }
            #endif
            head.newestHash = hash
        }
        commits += 1
        return head
    }
}
