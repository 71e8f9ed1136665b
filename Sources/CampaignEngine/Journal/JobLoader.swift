import CampaignDomain
import CampaignLog

/// Folds jobs from the journal: from their snapshots where those are sound, from their first event where not.
enum JobLoader {
    /// One job's state at the log's end, or as it was after event `until`.
    static func load(
        _ job: JobID, _ store: any EventStore, until: EventSequence? = nil, usesSnapshot: Bool = true
    ) throws(EngineError) -> JobState? {
        guard let record = try JobIndex.record(of: job, store) else { return nil }
        return try load([(job, record)], store, until: until, usesSnapshot: usesSnapshot).first
    }

    /// All jobs' states in one pass over the log, by id.
    static func loadAll(
        _ store: any EventStore, until: EventSequence? = nil, usesSnapshot: Bool = true
    ) throws(EngineError) -> [JobState] {
        try load(JobIndex.load(store), store, until: until, usesSnapshot: usesSnapshot)
    }

    /// A job as its first frame made it: its terms, its list's size. `sequence` is where the index says it begins.
    static func loadFirstFrame(
        _ job: JobID, from sequence: EventSequence, _ store: any EventStore
    ) throws(EngineError) -> JobState? {
        var state: JobState?
        do {
            try store.scan(from: max(sequence, 1)) { header, payload in
                guard header.job == job.rawValue else { return true }
                state = try JobState(firstFrame: payload, FrameContext(header))
                return false
            }
        } catch {
            throw EngineError.wrapping(error)
        }
        return state
    }

    private static func load(
        _ jobs: [(id: JobID, record: JobRecord)], _ store: any EventStore, until: EventSequence?, usesSnapshot: Bool
    ) throws(EngineError) -> [JobState] {
        guard !jobs.isEmpty else { return [] }
        do {
            // Indexed by the job's number: one array look-up per frame.
            let highest = Int(jobs.map(\.id.rawValue).max() ?? 0)
            var states = [JobState?](repeating: nil, count: highest + 1)
            var wanted = [Bool](repeating: false, count: highest + 1)
            // The newest sequence that each state takes account of; 0 before its first frame.
            var folded = [EventSequence](repeating: 0, count: highest + 1)
            var start = EventSequence.max
            for (id, record) in jobs {
                wanted[Int(id.rawValue)] = true
                let snapshot = usesSnapshot ? try Snapshots.load(id, store, until: until) : nil
                states[Int(id.rawValue)] = snapshot
                folded[Int(id.rawValue)] = snapshot?.sequence ?? 0
                start = min(start, snapshot.map { $0.sequence + 1 } ?? record.sequence)
            }
            let end = until ?? .max
            try store.scan(from: max(start, 1)) { header, payload in
                guard header.firstSequence <= end else { return false }
                let number = Int(header.job)
                guard number <= highest, wanted[number] else { return true }
                var context = FrameContext(header)
                if end - context.firstSequence < UInt64(context.count) - 1 {
                    context.countFolded = UInt32(end - context.firstSequence) + 1
                }
                if folded[number] == 0 {
                    states[number] = try JobState(firstFrame: payload, context)
                } else if context.firstSequence > folded[number] {
                    try states[number]?.fold(payload, context)
                }
                folded[number] = max(folded[number], context.firstSequence)
                return true
            }
            return states.compactMap { $0 }
        } catch {
            throw EngineError.wrapping(error)
        }
    }
}

extension FrameContext {
    init(_ header: borrowing FrameHeader) {
        self.init(
            job: JobID(header.job), firstSequence: header.firstSequence, count: header.count,
            time: Timestamp(milliseconds: header.time), epoch: header.epoch)
    }
}

/// Folded states kept as a cache. A missing, damaged or foreign one only costs a longer fold.
enum Snapshots {
    /// Raised whenever the fold or its encoding changes: older snapshots are then folded anew.
    private static let version: UInt32 = 1

    static func load(_ job: JobID, _ store: any EventStore, until: EventSequence?) throws -> JobState? {
        guard let bytes = try store.value(.snapshots, JournalKeys.job(job)),
            let envelope = SnapshotEnvelope.decode(bytes), envelope.version == version,
            envelope.sequence < (try store.head).nextSequence, envelope.sequence <= until ?? .max,
            let state = try? unsafe JobState(encoded: envelope.payload.span.bytes),
            state.id == job, state.sequence == envelope.sequence
        else { return nil }
        return state
    }

    static func put(_ state: JobState) -> TablePut {
        let envelope = SnapshotEnvelope(version: version, sequence: state.sequence, payload: state.encoded())
        return TablePut(table: .snapshots, key: JournalKeys.job(state.id), value: envelope.encode())
    }
}
