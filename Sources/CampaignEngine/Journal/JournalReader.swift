public import CampaignDomain
import CampaignLists
package import CampaignLog
import Foundation

/// A read-only view of a journal: beside a running engine, after a crash, or on a copy.
///
/// Each call sees the newest committed state. Readers take no lock and never wait for the engine, nor it for them.
public final class JournalReader: Sendable {
    let store: any EventStore
    private let directory: String?

    /// - Parameter journal: the journal's directory.
    /// - Throws: `journalNotFound`, `journalTooNew`, `journalCorrupt`.
    public static func open(journal: String) throws(EngineError) -> JournalReader {
        do throws(LogError) {
            return JournalReader(try LMDBEventStore.open(directory: journal, mode: .reader), directory: journal)
        } catch {
            throw EngineError(error)
        }
    }

    package init(_ store: any EventStore, directory: String? = nil) {
        self.store = store
        self.directory = directory
    }

    /// The engine that holds the journal at this moment, if any.
    public func engineHolder() -> EngineHolder? {
        guard let directory, let holder = try? EngineLock.holder(directory: directory) else { return nil }
        return EngineHolder(processID: holder.pid, host: holder.host, startedAt: holder.startedAt)
    }

    // MARK: Jobs

    /// All jobs' states, by id.
    package func states() throws(EngineError) -> [JobState] { try JobLoader.loadAll(store) }

    /// All jobs, in the order of their creation.
    public func jobs() throws(EngineError) -> [JobSummary] {
        let isRunning = engineHolder() != nil
        return try JobLoader.loadAll(store).map { JobSummary($0, engineIsRunning: isRunning) }
    }

    /// Finds a job by key or id; nil finds the only one.
    public func job(_ keyOrID: String?) throws(EngineError) -> JobID {
        let known = try JobIndex.load(store)
        if let keyOrID {
            // A key wins over an id: keys are chosen by people.
            if let found = known.first(where: { $0.record.key == keyOrID }) { return found.id }
            if let number = UInt32(keyOrID), known.contains(where: { $0.id.rawValue == number }) {
                return JobID(number)
            }
        } else if known.count == 1 {
            return known[0].id
        }
        let names = known.prefix(10).map { "\($0.record.key) (\($0.id))" }.joined(separator: ", ")
        let have =
            known.isEmpty ? "the journal holds no job" : "the journal holds \(names)\(known.count > 10 ? ", …" : "")"
        throw EngineError(.noSuchJob, keyOrID.map { "there is no job \($0): \(have)" } ?? "which job? \(have)")
    }

    public func summary(_ job: JobID) throws(EngineError) -> JobSummary {
        JobSummary(try state(job), engineIsRunning: engineHolder() != nil)
    }

    /// The job's state at the log's end, or right after event `until`.
    public func state(_ job: JobID, until: EventSequence? = nil) throws(EngineError) -> JobState {
        guard let state = try JobLoader.load(job, store, until: until) else {
            throw EngineError(.noSuchJob, "there was no job \(job)\(until.map { " at event \($0)" } ?? "")")
        }
        return state
    }

    // MARK: Events

    /// Walks the log forward from event `from` (1 is the first) until `body` returns false. nil walks all jobs and the journal.
    public func events(
        from: EventSequence = 1, job: JobID? = nil, _ body: (LoggedEvent) throws -> Bool
    ) throws(EngineError) {
        do {
            try store.scan(from: max(from, 1)) { header, payload in
                guard job == nil || header.job == job?.rawValue else { return true }
                for event in try Self.events(header, payload) where event.sequence >= from {
                    guard try body(event) else { return false }
                }
                return true
            }
        } catch {
            throw EngineError.passing(error)
        }
    }

    /// Walks the log backward from its end.
    public func eventsReversed(job: JobID? = nil, _ body: (LoggedEvent) throws -> Bool) throws(EngineError) {
        do {
            try store.scanBackward(from: nil) { header, payload in
                guard job == nil || header.job == job?.rawValue else { return true }
                for event in try Self.events(header, payload).reversed() {
                    guard try body(event) else { return false }
                }
                return true
            }
        } catch {
            throw EngineError.passing(error)
        }
    }

    private static func events(_ header: borrowing FrameHeader, _ payload: RawSpan) throws -> [LoggedEvent] {
        let (job, time, epoch) = (JobID(header.job), Timestamp(milliseconds: header.time), header.epoch)
        let first = header.firstSequence
        return try EventCursor.events(payload, count: header.count).enumerated().map { index, event in
            LoggedEvent(sequence: first + UInt64(index), time: time, epoch: epoch, job: job, event: event)
        }
    }

    /// The log's end: cheap, so that a follower can ask often.
    public var head: JournalHead {
        get throws(EngineError) {
            do throws(LogError) {
                let head = try store.head
                return JournalHead(
                    sequence: head.nextSequence - 1, frames: head.frames, root: "\(head.root)", epoch: head.epoch)
            } catch {
                throw EngineError(error)
            }
        }
    }

    // MARK: Recipients

    public func recipient(_ job: JobID, _ ordinal: Ordinal) throws(EngineError) -> RecipientRecord? {
        var book = try recipients(of: job)
        return try book.record(ordinal)
    }

    /// A way to look up many recipients of one job.
    public func recipients(of job: JobID) throws(EngineError) -> RecipientBook {
        try RecipientBook(state(job), store)
    }

    /// Recipients with this address, compared as duplicates are: all rows of the list that hold it. O(list).
    public func find(_ job: JobID, address: String) throws(EngineError) -> [Ordinal] {
        let wanted = JobContent.normalised(Array(address.utf8)[...])
        let wantedLength = address.utf8.count
        var found: [Ordinal] = []
        try forEachRow(job) { row in
            let bytes = row.bytes(0)
            // Only IDNA forms change an address's length, and they are not ASCII.
            let isCandidate =
                bytes.count == wantedLength || bytes.contains { $0 >= 0x80 } || wanted.count != wantedLength
            if isCandidate, JobContent.normalised(bytes) == wanted { found.append(row.ordinal) }
            return true
        }
        return found
    }

    /// All recipients in list order, until `body` returns false.
    public func forEachRecipient(
        _ job: JobID, _ body: (RecipientRecord) throws -> Bool
    ) throws(EngineError) {
        let book = try RecipientBook(state(job), store)
        try forEachRow(job) { try body(book.record($0)) }
    }

    private func forEachRow(_ job: JobID, _ body: (RecipientRow) throws -> Bool) throws(EngineError) {
        let keys = JournalKeys.allRecipients(job)
        do {
            try store.scan(.recipients, from: .number(keys.lowerBound)) { key, value in
                guard case .number(let number) = key, keys.contains(number) else { return false }
                let chunk = try RecipientChunk(value.copy(0..<value.byteCount))
                for index in 0..<chunk.rowsTotal {
                    guard try body(chunk.row(index)) else { return false }
                }
                return true
            }
        } catch {
            throw EngineError.passing(error)
        }
    }
}

/// Looks up recipients of one job; keeps what lies near the last ones in memory.
public struct RecipientBook {
    private let keyPrefix: [UInt8]
    private let columns: [String]
    private var rows: RecipientRows

    init(_ state: JobState, _ store: any EventStore) throws(EngineError) {
        keyPrefix = IdempotencyKey.preimagePrefix(job: state.terms.key.utf8, revision: state.terms.revision)
        columns = state.columns
        rows = RecipientRows(state.id, store)
    }

    public mutating func record(_ ordinal: Ordinal) throws(EngineError) -> RecipientRecord {
        record(try rows.row(ordinal))
    }

    func record(_ row: RecipientRow) -> RecipientRecord {
        let address = row.bytes(0)
        return RecipientRecord(
            ordinal: row.ordinal, address: String(decoding: address, as: UTF8.self),
            key: JobContent.key(prefix: keyPrefix, address: address.span),
            columns: columns, values: columns.indices.map { String(decoding: row.bytes($0), as: UTF8.self) })
    }
}

extension EngineError {
    /// What the caller's own closure threw comes back as it is where it is an engine's error; otherwise in words.
    static func passing(_ error: any Error) -> EngineError {
        error as? EngineError ?? wrapping(error)
    }
}
