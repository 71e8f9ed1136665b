/// Where a job stands in its life. `interrupted` is not here: it is `running` in the log while no engine holds the journal.
public enum JobPhase: UInt8, Hashable, Sendable, CaseIterable {
    case created = 0
    case running = 1
    case paused = 2
    case aborted = 3
    case completed = 4
}

/// A job's state: a fold over its events and nothing else.
///
/// Two bytes per recipient and a few counters. Folding the same events always gives the same bytes (``encoded()``).
public struct JobState: Hashable, Sendable {
    public let id: JobID
    public internal(set) var terms: JobTerms
    public internal(set) var createdAt: Timestamp
    public internal(set) var startedAt: Timestamp?
    public internal(set) var finishedAt: Timestamp?
    public internal(set) var phase: JobPhase = .created
    public internal(set) var columns: [String] = []
    public internal(set) var tally = Tally()
    public internal(set) var endpoints: [EndpointState] = []
    /// The endpoints of the newest run, by their position in ``endpoints``.
    public internal(set) var runEndpoints: [EndpointIndex] = []
    /// Limits by mail domain, of the newest run that set any.
    public internal(set) var destinationLimits = DestinationLimits()
    public internal(set) var pauseReason: String?
    public internal(set) var abortReason: String?
    public internal(set) var abortIsRecoverable = false
    /// Doubts named so far, those resolved since included. A decision about a doubt says how many its maker knew of, so that it
    /// never settles a later one.
    public internal(set) var doubtsNamed: UInt32 = 0
    /// Sequence of the job's last event folded in.
    public internal(set) var sequence: EventSequence
    /// Epoch of the frame that held it.
    public internal(set) var epoch: UInt64
    /// Whether the list is in; a job without it was cut off while it was created.
    package internal(set) var isImported = false

    package internal(set) var recipients = RecipientTable(count: 0)
    /// Due times of deferred recipients, in milliseconds since 1970. Never iterated where order matters.
    package internal(set) var due = DueTimes()
    /// The number of each present doubt: the first one named in this job is 1. Never iterated where order matters.
    package internal(set) var doubts: [Ordinal: UInt32] = [:]

    init(id: JobID, terms: JobTerms, createdAt: Timestamp, sequence: EventSequence, epoch: UInt64) {
        self.id = id
        self.terms = terms
        self.createdAt = createdAt
        self.sequence = sequence
        self.epoch = epoch
    }

    public func phase(of ordinal: Ordinal) -> RecipientPhase? {
        Int(ordinal) < recipients.count ? recipients.phase(ordinal) : nil
    }

    /// Attempts charged to a recipient so far.
    public func attempts(of ordinal: Ordinal) -> UInt32? {
        Int(ordinal) < recipients.count ? recipients.attempts(ordinal) : nil
    }

    /// Recipients in a phase, ascending. O(recipients).
    public func ordinals(in phase: RecipientPhase) -> [Ordinal] { recipients.ordinals(in: phase) }

    /// When a deferred recipient is due.
    public func dueTime(of ordinal: Ordinal) -> Timestamp? { due[ordinal].map { Timestamp(milliseconds: $0) } }
}

/// An event that does not fit the state before it: the log breaks a law, or is not this job's.
package struct FoldError: Error, Hashable, Sendable, CustomStringConvertible {
    package var reason: String
    package var sequence: EventSequence

    package init(_ reason: String, at sequence: EventSequence) {
        self.reason = reason
        self.sequence = sequence
    }

    package var description: String { "event \(sequence): \(reason)" }
}
