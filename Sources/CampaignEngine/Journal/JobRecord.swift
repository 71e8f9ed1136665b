import CampaignDomain
import CampaignLog
import Foundation

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// A line of the job index: a derived table that says where a job begins, rebuilt from the log when it is gone.
struct JobRecord: Codable, Hashable, Sendable {
    var key: String
    /// Sequence of `JobCreated`, or a little less when other jobs committed while this one was created: no event of
    /// the job lies before it.
    var sequence: EventSequence
    /// What the list's files looked like when they were imported: unchanged files need not be read again.
    var fingerprints: [FileFingerprint] = []

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return Array(try encoder.encode(self))
    }
}

/// Enough of a file's metadata to see that it was not touched.
struct FileFingerprint: Codable, Hashable, Sendable {
    var path: String
    var sizeBytes: Int64
    var modifiedNanoseconds: Int64
    var inode: UInt64

    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.path = path
        sizeBytes = Int64(status.st_size)
        #if canImport(Darwin)
        modifiedNanoseconds = Int64(status.st_mtimespec.tv_sec) * 1_000_000_000 + Int64(status.st_mtimespec.tv_nsec)
        #else
        modifiedNanoseconds = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        #endif
        inode = UInt64(status.st_ino)
    }
}

/// Which jobs a journal holds.
enum JobIndex {
    /// One job's line, without a look at the others: each says the truth by itself. Where it is missing or damaged the whole index
    /// is looked at, and rebuilt if need be.
    static func record(of job: JobID, _ store: any EventStore) throws(EngineError) -> JobRecord? {
        do {
            let found = try store.value(.jobs, JournalKeys.job(job))
            if let found, let record = unsafe decode(found.span.bytes) { return record }
        } catch {
            throw EngineError.wrapping(error)
        }
        return try load(store).first { $0.id == job }?.record
    }

    private static func decode(_ value: RawSpan) -> JobRecord? {
        try? JSONDecoder().decode(JobRecord.self, from: Foundation.Data(value.copy(0..<value.byteCount)))
    }

    static func load(_ store: any EventStore) throws(EngineError) -> [(id: JobID, record: JobRecord)] {
        do {
            var found: [(id: JobID, record: JobRecord)] = []
            var isDamaged = false
            try store.scan(.jobs, from: nil) { key, value in
                guard case .number(let number) = key, let id = UInt32(exactly: number), let record = decode(value)
                else {
                    isDamaged = true
                    return false
                }
                found.append((JobID(id), record))
                return true
            }
            #if CAMPAIGN_MUTANTS
            if Mutant.indexBegunAnew.isPlanted, !found.isEmpty { return found }
            #endif
            // Jobs are numbered from 1 without gaps: an index that lacks one was lost and has been begun anew.
            let isWhole = !found.isEmpty && found.indices.allSatisfy { found[$0].id.rawValue == UInt32($0 + 1) }
            return isWhole && !isDamaged ? found : try rebuilt(store)
        } catch {
            throw EngineError.wrapping(error)
        }
    }

    /// Finds each job's `JobCreated` in the log.
    private static func rebuilt(_ store: any EventStore) throws -> [(id: JobID, record: JobRecord)] {
        var found: [(id: JobID, record: JobRecord)] = []
        var highest: UInt32 = 0
        try store.scan(from: 1) { header, payload in
            guard header.job > highest else { return true }
            highest = header.job
            var cursor = EventCursor(payloadSizeBytes: payload.byteCount)
            let first = try cursor.next(payload, keepingText: true)
            if case .jobCreated(let terms) = try cursor.materialise(first, payload) {
                found.append((JobID(header.job), JobRecord(key: terms.key, sequence: header.firstSequence)))
            }
            return true
        }
        return found
    }
}
