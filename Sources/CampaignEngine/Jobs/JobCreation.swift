public import CampaignDomain
import CampaignLists
import CampaignLog
import Crypto
import Foundation

/// A job that was created, or found.
public struct CreatedJob: Hashable, Sendable {
    public var id: JobID
    /// False when a job with this key and content was there already.
    public var isNew: Bool

    package init(id: JobID, isNew: Bool) {
        self.id = id
        self.isNew = isNew
    }
}

/// Creates one job: reads its list into the journal, then makes the job appear in one commit.
///
/// Until that commit the rows belong to no job, and the next creation sweeps them away: a list that is refused, or a crash
/// in the middle, leaves nothing.
struct JobCreation {
    private let definition: JobDefinition
    private let source: RecipientSource
    private let progress: (@Sendable (Int) -> Void)?
    private let clock: any EngineClock
    private let commit: @Sendable (CommitGroup) throws(EngineError) -> Void

    private static let batchSizeBytes = 4 << 20
    private static let skipsPerFrame: UInt32 = 8192
    /// R10: how often a list that cannot be read for a passing reason is tried again.
    private static let readAttempts = 3

    init(
        _ definition: JobDefinition, _ source: RecipientSource, _ progress: (@Sendable (Int) -> Void)?,
        _ clock: any EngineClock, commit: @escaping @Sendable (CommitGroup) throws(EngineError) -> Void
    ) {
        self.definition = definition
        self.source = source
        self.progress = progress
        self.clock = clock
        self.commit = commit
    }

    func run(_ store: any EventStore) throws(EngineError) -> CreatedJob {
        guard (1...255).contains(definition.key.utf8.count) else {
            throw EngineError(.badInput, "the job's key has \(definition.key.utf8.count) bytes; it needs 1 to 255")
        }
        let jobs = try JobIndex.load(store)
        if let existing = jobs.first(where: { $0.record.key == definition.key }) {
            try compare(existing.id, existing.record, store)
            return CreatedJob(id: existing.id, isNew: false)
        }
        let id = JobID((jobs.map(\.id.rawValue).max() ?? 0) + 1)
        for attempt in 1... {
            do {
                try create(id, store)
                break
            } catch let error as ListError where error.isRecoverable && attempt < Self.readAttempts {
                clock.sleep(for: .seconds(1))
            } catch {
                throw EngineError.wrapping(error)
            }
        }
        return CreatedJob(id: id, isNew: true)
    }

    // MARK: A new job

    private func create(_ id: JobID, _ store: any EventStore) throws {
        // Everything that can be wrong is looked at before the first row is stored.
        let columns = try ListColumns.read(source)
        let createdAt = clock.timeOfDay
        _ = try content(columns, createdAt)
        try commit(
            CommitGroup(deleteRanges: [TableDeleteRange(table: .recipients, keys: JournalKeys.allRecipients(id))]))

        let fingerprints = source.fingerprints
        var puts: [TablePut] = []
        var putsSizeBytes = 0
        var skips = SkipFrames(eventsPerFrame: Self.skipsPerFrame)
        var hash = SHA256()
        let outcome = try source.plan().run(
            ListImport.Sinks(
                digest: { JobContent.digest($0) },
                contentDigest: { hash.update(data: $0) },
                chunk: { index, bytes in
                    puts.append(
                        TablePut(
                            table: .recipients, key: .number(JournalKeys.recipients(id, chunk: index)), value: bytes,
                            appending: true))
                    putsSizeBytes += bytes.count
                    guard putsSizeBytes >= Self.batchSizeBytes else { return }
                    try commit(CommitGroup(puts: puts))
                    puts.removeAll(keepingCapacity: true)
                    putsSizeBytes = 0
                    progress?((index + 1) * RecipientChunk.rowsMax)
                },
                skip: { ordinal, reason in skips.append(ordinal, reason) }))
        guard outcome.rowsTotal <= recipientsMax else {
            throw EngineError(.badInput, "\(source.path): \(outcome.rowsTotal) rows; one job takes \(recipientsMax)")
        }
        let stored = try DefinitionStore.puts(definition)
        var opening = EventEncoder()
        opening.append(.jobCreated(terms(stored.digest, Digest(bytes: Array(hash.finalize())))))
        opening.append(.recipientsImported(total: outcome.rowsTotal, columns: outcome.columns))
        var group = CommitGroup()
        group.frames = [FrameDraft(opening, job: id, time: createdAt)] + skips.frames(job: id, time: createdAt)
        let record = JobRecord(
            key: definition.key, sequence: try store.head.nextSequence, fingerprints: fingerprints)
        group.puts = puts + stored.puts
        group.puts.append(TablePut(table: .jobs, key: JournalKeys.job(id), value: try record.encoded()))
        try commit(group)
        progress?(Int(outcome.rowsTotal))
    }

    private func terms(_ definitionDigest: Digest, _ listDigest: Digest) -> JobTerms {
        JobTerms(
            key: definition.key, name: definition.name, retry: definition.retry, inDoubt: definition.inDoubt,
            ratePerHour: definition.ratePerHour, definitionDigest: definitionDigest.bytes, listDigest: listDigest.bytes)
    }

    private func content(_ columns: [String], _ createdAt: Timestamp) throws(EngineError) -> JobContent {
        try JobContent(definition, columns: columns, createdAt: createdAt)
    }

    // MARK: A job that is there

    /// The same key must mean the same messages to the same people.
    private func compare(_ id: JobID, _ record: JobRecord, _ store: any EventStore) throws(EngineError) {
        // Only the terms are wanted: the job's first event holds them.
        guard let state = try JobLoader.loadFirstFrame(id, from: record.sequence, store) else {
            throw EngineError(.journalCorrupt, "job \(definition.key) is in the index but not in the log")
        }
        let stored = try DefinitionStore.load(state.terms, store)
        var differences = StoredDefinition(definition).differences(from: stored)
        if source.fingerprints != record.fingerprints || record.fingerprints.isEmpty {
            let digest = try listDigest()
            if digest.bytes != state.terms.listDigest { differences.append("recipients (\(source.path))") }
        }
        guard differences.isEmpty else {
            throw EngineError(
                .jobConflict,
                "job \(definition.key) exists with other content: \(differences.joined(separator: ", ")) changed since it "
                    + "was created; undo the change to go on with it, or give the new campaign its own job key")
        }
    }

    private func listDigest() throws(EngineError) -> Digest {
        var hash = SHA256()
        do {
            var plan = try source.plan()
            plan.mode = .skipInvalid
            plan.suppressions = []
            _ = try plan.run(
                ListImport.Sinks(
                    digest: { JobContent.digest($0) }, contentDigest: { hash.update(data: $0) }, chunk: { _, _ in },
                    skip: { _, _ in }))
        } catch {
            throw EngineError.wrapping(error)
        }
        return Digest(bytes: Array(hash.finalize()))
    }
}

/// Collects the skipped recipients' events into frames of bounded size.
private struct SkipFrames {
    private var encoder = EventEncoder()
    private var full: [EventEncoder] = []
    private let eventsPerFrame: UInt32

    init(eventsPerFrame: UInt32) { self.eventsPerFrame = eventsPerFrame }

    mutating func append(_ ordinal: Ordinal, _ reason: CampaignLists.SkipReason) {
        switch reason {
        case .invalidAddress(let detail): encoder.append(ordinal, .skipped(.invalidAddress, detail: detail))
        case .duplicate(let first):
            encoder.append(ordinal, .skipped(.duplicate, detail: "same address as recipient \(first)"))
        case .suppressed: encoder.append(ordinal, .skipped(.suppressed, detail: ""))
        }
        if encoder.count == eventsPerFrame {
            full.append(encoder)
            encoder = EventEncoder()
        }
    }

    func frames(job: JobID, time: Timestamp) -> [FrameDraft] {
        (full + [encoder]).filter { !$0.isEmpty }.map { FrameDraft($0, job: job, time: time) }
    }
}

extension RecipientSource {
    /// The list is read once for all; temporary files of the deduplication go where the system keeps such files.
    func plan() throws(ListError) -> ListImport {
        let suppressions = suppressionPaths.map { path in
            (try? ListSource(path: path)) ?? ListSource(path: path, format: .lines)
        }
        return ListImport(
            lists: [try ListSource(path: path)], suppressions: suppressions,
            mode: skipsInvalid ? .skipInvalid : .refuse,
            temporaryDirectory: FileManager.default.temporaryDirectory.path)
    }

    var fingerprints: [FileFingerprint] { [path].compactMap { FileFingerprint(path: $0) } }
}

/// The columns of a list in the journal's order: `email` first.
enum ListColumns {
    static func read(_ source: RecipientSource) throws -> [String] {
        let reader = try ListReader.open(try ListSource(path: source.path))
        return ["email"] + reader.columns.filter { $0 != "email" }
    }
}

extension JobContent {
    convenience init(_ definition: JobDefinition, columns: [String], createdAt: Timestamp) throws(EngineError) {
        try self.init(
            terms: JobTerms(key: definition.key, name: definition.name), createdAt: createdAt, columns: columns,
            from: definition.from, envelopeSender: definition.envelopeSender, replyTo: definition.replyTo,
            subject: definition.subject, text: definition.text, html: definition.html)
    }

    /// 128 bits of SHA-256 over a normalised address: what duplicates are found by.
    static func digest(_ address: [UInt8]) -> (UInt64, UInt64) {
        let key = key(preimage: address)
        return (key.high, key.low)
    }
}
