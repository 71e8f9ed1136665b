/// One place where a log breaks a law.
public struct LawViolation: Hashable, Sendable, CustomStringConvertible {
    /// What is broken. Raw values are the command line's.
    public enum Law: String, Hashable, Sendable, CaseIterable {
        /// Every recipient ends in exactly one of sent, failed, skipped and in doubt.
        case noSkip
        /// At most one message is handed over for one recipient, unless a person asked for more.
        case noSecondCopy
        /// What cannot be known is an outcome of its own, listed and resolvable.
        case noUnnamedDoubt
        /// State follows from the log alone: it is whole, decodable, and what it sums up agrees with what it tells.
        case logDecides
        /// Each event stands where it may: claims before outcomes, starts before claims, epochs upwards.
        case order
    }

    public var law: Law
    /// The job, or ``JobID/journal`` for what concerns the journal itself.
    public var job: JobID
    /// The recipient, where there is one.
    public var ordinal: Ordinal?
    /// The event at fault; for a frame that cannot be read, its first event.
    public var sequence: EventSequence
    /// What is wrong, for a person.
    public var sentence: String

    package init(_ law: Law, job: JobID, ordinal: Ordinal? = nil, at sequence: EventSequence, _ sentence: String) {
        self.law = law
        self.job = job
        self.ordinal = ordinal
        self.sequence = sequence
        self.sentence = sentence
    }

    public var description: String { "event \(sequence): \(sentence) (\(law.rawValue))" }
}

/// The violations found so far: all are counted, the first ones are kept.
package struct LawViolations: Hashable, Sendable {
    /// A broken log can break a law at each event: this many violations are kept.
    package static let keptMax = 100

    package private(set) var kept: [LawViolation] = []
    package private(set) var count = 0

    package init() {}

    package mutating func add(_ violation: @autoclosure () -> LawViolation) {
        count += 1
        if kept.count < Self.keptMax { kept.append(violation()) }
    }
}
