import CampaignLog

/// The real journal, with an eye on what each returned commit has promised. Stays open when an engine on it ends.
final class WatchedStore: EventStore {
    private let store: LMDBEventStore
    private let afterCommit: @Sendable (LMDBEventStore) throws -> Void

    /// - Parameter afterCommit: called before the commit's caller learns that it has returned.
    init(_ store: LMDBEventStore, afterCommit: @escaping @Sendable (LMDBEventStore) throws -> Void = { _ in }) {
        self.store = store
        self.afterCommit = afterCommit
    }

    private func acknowledged(_ head: LogHead) throws(LogError) -> LogHead {
        do {
            try afterCommit(store)
        } catch {
            throw .invalid("the journal cannot be read after a commit: \(error)")
        }
        return head
    }

    func commit(_ group: CommitGroup) throws(LogError) -> LogHead {
        try acknowledged(store.commit(group))
    }

    func beginEpoch(_ makeFrame: (UInt64) -> FrameDraft) throws(LogError) -> LogHead {
        try acknowledged(store.beginEpoch(makeFrame))
    }

    var head: LogHead {
        get throws(LogError) { try store.head }
    }

    func scan(from sequence: UInt64, _ body: (borrowing FrameHeader, RawSpan) throws -> Bool) throws {
        try store.scan(from: sequence, body)
    }

    func scanBackward(from sequence: UInt64?, _ body: (borrowing FrameHeader, RawSpan) throws -> Bool) throws {
        try store.scanBackward(from: sequence, body)
    }

    func value(_ table: Table, _ key: TableKey) throws(LogError) -> [UInt8]? {
        try store.value(table, key)
    }

    func withValue<Result>(_ table: Table, _ key: TableKey, _ body: (RawSpan?) throws -> Result) throws -> Result {
        try store.withValue(table, key, body)
    }

    func scan(_ table: Table, from: TableKey?, _ body: (TableKey, RawSpan) throws -> Bool) throws {
        try store.scan(table, from: from, body)
    }

    func lastKey(_ table: Table) throws(LogError) -> TableKey? { try store.lastKey(table) }
}
