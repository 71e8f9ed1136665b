/// The log and the tables beside it. Opaque bytes: what events mean is not known here.
///
/// Everything may be called from any thread. Bodies of scans and of `withValue` run inside a read snapshot: they
/// must not commit to the same store, and a span that they are given lives no longer than the call.
package protocol EventStore: AnyObject, Sendable {
    /// Stores the group atomically; returns only when it is durable.
    /// - Throws: `fenced` when a newer epoch has begun; retryable errors leave nothing stored.
    func commit(_ group: CommitGroup) throws(LogError) -> LogHead

    /// Begins the next epoch; `makeFrame` gets its number and makes its first frame, stored in the same commit.
    /// May call `makeFrame` more than once; it must not use the store.
    func beginEpoch(_ makeFrame: (UInt64) -> FrameDraft) throws(LogError) -> LogHead

    /// Where the log ends now, commits of other processes included.
    var head: LogHead { get throws(LogError) }

    /// Forward over the frames that were there when the scan began, from the one that holds `sequence`, until
    /// `body` returns false. Every frame's length, checksum and place are verified before `body` sees it. The read
    /// snapshot is renewed every few milliseconds.
    func scan(from sequence: UInt64, _ body: (borrowing FrameHeader, RawSpan) throws -> Bool) throws

    /// Backward from the frame that holds `sequence`, or from the newest one.
    func scanBackward(from sequence: UInt64?, _ body: (borrowing FrameHeader, RawSpan) throws -> Bool) throws

    func value(_ table: Table, _ key: TableKey) throws(LogError) -> [UInt8]?

    /// The value without a copy, nil when there is none.
    func withValue<Result>(_ table: Table, _ key: TableKey, _ body: (RawSpan?) throws -> Result) throws -> Result

    /// Over a table in key order, from `from` (or the key after it) on, until `body` returns false. Renews its
    /// snapshot like a log scan: a long scan may see changes that were made meanwhile.
    func scan(_ table: Table, from: TableKey?, _ body: (TableKey, RawSpan) throws -> Bool) throws

    func lastKey(_ table: Table) throws(LogError) -> TableKey?
}
