import CampaignDomain
import CampaignLists
import CampaignLog

/// How the journal's tables are keyed.
enum JournalKeys {
    /// Recipients: job in the upper half, chunk in the lower.
    static func recipients(_ job: JobID, chunk: Int) -> UInt64 {
        UInt64(job.rawValue) << 32 | UInt64(UInt32(clamping: chunk))
    }

    static func allRecipients(_ job: JobID) -> ClosedRange<UInt64> {
        recipients(job, chunk: 0)...(UInt64(job.rawValue) << 32 | UInt64(UInt32.max))
    }

    static func job(_ job: JobID) -> TableKey { .number(UInt64(job.rawValue)) }
}

/// Recipients' rows, a few chunks at a time: sending goes through the list in order, retries come back to what is near.
struct RecipientRows {
    private let job: JobID
    private let store: any EventStore
    private var recent: [(index: Int, chunk: RecipientChunk)] = []
    private static let recentMax = 8

    init(_ job: JobID, _ store: any EventStore) {
        self.job = job
        self.store = store
    }

    mutating func row(_ ordinal: Ordinal) throws(EngineError) -> RecipientRow {
        let index = Int(ordinal) / RecipientChunk.rowsMax
        let position = Int(ordinal) % RecipientChunk.rowsMax
        if let last = recent.last, last.index == index { return try row(position, of: last.chunk, ordinal) }
        if let found = recent.firstIndex(where: { $0.index == index }) {
            recent.swapAt(found, recent.count - 1)
            return try row(position, of: recent[recent.count - 1].chunk, ordinal)
        }
        let chunk = try load(index, ordinal)
        if recent.count == Self.recentMax { recent.removeFirst() }
        recent.append((index, chunk))
        return try row(position, of: chunk, ordinal)
    }

    private func row(_ position: Int, of chunk: RecipientChunk, _ ordinal: Ordinal) throws(EngineError) -> RecipientRow
    {
        guard position < chunk.rowsTotal else { throw missing(ordinal) }
        return chunk.row(position)
    }

    private func load(_ index: Int, _ ordinal: Ordinal) throws(EngineError) -> RecipientChunk {
        let bytes: [UInt8]?
        do {
            bytes = try store.value(.recipients, .number(JournalKeys.recipients(job, chunk: index)))
        } catch {
            throw EngineError(error)
        }
        guard let bytes else { throw missing(ordinal) }
        do {
            return try RecipientChunk(bytes)
        } catch {
            throw EngineError(.journalCorrupt, "the row of recipient \(ordinal) of job \(job) is damaged: \(error)")
        }
    }

    private func missing(_ ordinal: Ordinal) -> EngineError {
        EngineError(.journalCorrupt, "the row of recipient \(ordinal) of job \(job) is missing from the journal")
    }
}
