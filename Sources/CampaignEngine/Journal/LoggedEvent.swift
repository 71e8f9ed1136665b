public import CampaignDomain

/// An event as the log holds it.
public struct LoggedEvent: Hashable, Sendable {
    public var sequence: EventSequence
    /// When its commit was made.
    public var time: Timestamp
    public var epoch: UInt64
    public var job: JobID
    public var event: Event
}

/// A recipient as the journal stores it.
public struct RecipientRecord: Hashable, Sendable {
    public var ordinal: Ordinal
    public var address: String
    public var key: IdempotencyKey
    /// The list's columns and values, `email` first.
    public var fields: [(column: String, value: String)] {
        columns.indices.map { (columns[$0], $0 < values.count ? values[$0] : "") }
    }

    var columns: [String]
    var values: [String]
}

/// Where a journal's log ends.
public struct JournalHead: Hashable, Sendable {
    /// Sequence of the last event; 0 when there is none.
    public var sequence: EventSequence
    public var frames: UInt64
    /// Merkle root over all frames (RFC 9162 §2.1), hexadecimal.
    public var root: String
    public var epoch: UInt64
}

/// What a check of the whole log's hashes found.
public struct LogVerification: Hashable, Sendable {
    public var isSound: Bool
    public var frames: UInt64
    public var events: UInt64
    public var head: String
    /// Sequence of the first bad frame's first event.
    public var firstBad: EventSequence?
    public var reason: String?
}

/// The engine that holds a journal now.
public struct EngineHolder: Hashable, Sendable {
    public var processID: Int32
    public var host: String
    /// ISO 8601, UTC.
    public var startedAt: String
}

/// What a start would do now.
public struct ResumePoint: Hashable, Sendable {
    public var summary: JobSummary
    /// Sequence of the last event that counts.
    public var sequence: EventSequence
    /// The first recipient that was never tried.
    public var next: Ordinal?
    /// Recipients that were never tried or came back unsent.
    public var pending: UInt32
    public var dueNow: UInt32
    public var dueLater: UInt32
    public var nextDue: Timestamp?
    /// Claimed without outcome: their endpoint is asked first.
    public var claimed: [Ordinal]
    public var inDoubt: [Ordinal]
}
