/// A job's number in its journal: 1, 2, 3 … in the order of creation. 0 stands for the journal itself.
public struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number, 1 or more for a job.
    public var rawValue: UInt32

    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// Events of the journal as a whole (engine starts and stops) carry this instead of a job.
    public static let journal = JobID(0)

    public static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }
    public var description: String { String(rawValue) }
}

/// A recipient's dense position in its job's list, from 0. Events name recipients by it, so that addresses stay out of the log.
public typealias Ordinal = UInt32

/// An event's position in the journal's log, from 1, without gaps, over all jobs.
public typealias EventSequence = UInt64

/// An endpoint's position in its job's endpoint table, from 0 to 254, in the order in which the job first used it.
public typealias EndpointIndex = UInt8

/// How many endpoints one job can ever use: the fold keeps one byte for the endpoint of each recipient.
public let endpointsMax = 255

/// How many recipients one job can have: bounds what a crafted journal can make the fold allocate.
public let recipientsMax: UInt32 = 200_000_000

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// Adds a delay, staying at the largest time instead of overflowing.
    package func advanced(byMilliseconds delay: Int64) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(delay)
        return Timestamp(milliseconds: overflow ? .max : sum)
    }
}
