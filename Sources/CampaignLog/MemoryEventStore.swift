internal import Synchronization

/// A store without a disk, for tests and the simulator. Same frames, same hashes, same refusals.
///
/// Several stores may share a `MemoryJournal`, as several processes share a directory.
package final class MemoryEventStore: EventStore {
    package let journal: MemoryJournal
    private let epoch: Mutex<UInt64>

    package init(journal: MemoryJournal = MemoryJournal()) {
        self.journal = journal
        epoch = Mutex(journal.state.withLock { $0.head.epoch })
    }

    package func commit(_ group: CommitGroup) throws(LogError) -> LogHead {
        try group.check()
        let own = epoch.withLock { $0 }
        return try journal.state.withLock { (state) throws(LogError) in
            guard state.head.epoch <= own else { throw .fenced(stored: state.head.epoch, own: own) }
            return try state.store(group, epoch: state.head.epoch)
        }
    }

    package func beginEpoch(_ makeFrame: (UInt64) -> FrameDraft) throws(LogError) -> LogHead {
        let head = try journal.state.withLock { (state) throws(LogError) in
            let next = state.head.epoch + 1
            let group = CommitGroup(frames: [makeFrame(next)])
            try group.check()
            return try state.store(group, epoch: next)
        }
        epoch.withLock { $0 = head.epoch }
        return head
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
        let fault = fault?(commits)
        if case .refused(let error) = fault { throw error }
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
                draft: draft, epoch: epoch, firstSequence: head.nextSequence, rootBefore: head.root)
            let frame = FrameCodec.encode(header, payload: draft.payload)
            unsafe tree.append(leaf: MerkleHash.leaf(frame.span.bytes))
            sequences.append(header.firstSequence)
            frames.append(frame)
            head.nextSequence = header.nextSequence
            head.frames = tree.count
            head.root = tree.root
        }
        commits += 1
        if case .storedUnacknowledged(let error) = fault { throw error }
        return head
    }
}
