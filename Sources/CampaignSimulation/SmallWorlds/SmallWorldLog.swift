import CampaignDomain

/// The journal of a small world: what is durable, and two opinions on it that grow with each frame.
struct SmallWorldLog: Sendable {
    /// One durable commit. Worlds that share a past share its frames.
    final class Frame: Sendable {
        let payload: [UInt8]
        let context: FrameContext
        let before: Frame?

        init(_ payload: [UInt8], _ context: FrameContext, after before: Frame?) {
            self.payload = payload
            self.context = context
            self.before = before
        }
    }

    static let job = JobID(1)

    /// The fold of all frames.
    private(set) var state: JobState
    private var auditor = LawAuditor()
    private var nextSequence: EventSequence = 1
    private(set) var epoch: UInt64 = 0
    private var newest: Frame?

    /// A journal with a job created and its list imported.
    init(_ configuration: SmallWorldConfiguration, now: Int64) throws {
        var encoder = EventEncoder()
        encoder.append(.jobCreated(configuration.terms))
        encoder.append(.recipientsImported(total: configuration.recipients, columns: []))
        let context = FrameContext(
            job: Self.job, firstSequence: 2, count: encoder.count, time: Timestamp(milliseconds: now), epoch: 1)
        let payload = encoder.bytes
        state = try unsafe JobState(firstFrame: payload.span.bytes, context)
        try beginEpoch(now: now)
        keep(payload, context)
    }

    /// The newest sequence.
    var head: EventSequence { nextSequence - 1 }

    /// A new engine on the journal.
    mutating func beginEpoch(now: Int64) throws {
        epoch += 1
        var encoder = EventEncoder()
        let start = EngineStart(epoch: epoch, host: "h", hostIdentity: "i", bootID: "b", processID: 1, version: "1")
        encoder.append(.engineStarted(start))
        keep(
            encoder.bytes,
            FrameContext(
                job: .journal, firstSequence: nextSequence, count: 1, time: Timestamp(milliseconds: now), epoch: epoch))
        try checkLaws()
    }

    /// Makes a decision's events durable.
    mutating func commit(_ events: EventEncoder, now: Int64) throws {
        let context = FrameContext(
            job: Self.job, firstSequence: nextSequence, count: events.count, time: Timestamp(milliseconds: now),
            epoch: epoch)
        let payload = events.bytes
        do throws(FoldFailure) {
            try unsafe state.fold(payload.span.bytes, context)
        } catch {
            throw SmallWorldBreach("the fold refuses what the machine decided: \(error)")
        }
        keep(payload, context)
        try checkLaws()
    }

    private mutating func keep(_ payload: [UInt8], _ context: FrameContext) {
        unsafe auditor.frame(payload.span.bytes, context)
        nextSequence += UInt64(context.count)
        newest = Frame(payload, context, after: newest)
    }

    private func checkLaws() throws {
        guard auditor.violationCount > 0 else { return }
        var auditor = auditor
        throw SmallWorldBreach("the auditor finds: \(auditor.finish().map(\.description).joined(separator: "; "))")
    }

    /// The live state takes the place of the fold once both were found equal: worlds then share its memory.
    mutating func adopt(_ live: JobState) { state = live }

    private var frames: [Frame] {
        var frames: [Frame] = []
        var next = newest
        while let frame = next {
            frames.append(frame)
            next = frame.before
        }
        return frames.reversed()
    }

    /// What a new engine does: the state from the first frame on, and from its snapshot; both must be the fold's.
    func checkReplay() throws {
        var replayed: JobState?
        for frame in frames where frame.context.job == Self.job {
            let payload = frame.payload
            if replayed == nil {
                replayed = try unsafe JobState(firstFrame: payload.span.bytes, frame.context)
            } else {
                try unsafe replayed?.fold(payload.span.bytes, frame.context)
            }
        }
        let bytes = state.encoded()
        guard replayed?.encoded() == bytes, replayed?.tally == state.tally else {
            throw SmallWorldBreach("the log folded from its start is not the live state")
        }
        guard try unsafe JobState(encoded: bytes.span.bytes) == state else {
            throw SmallWorldBreach("the state read back from its snapshot is another")
        }
    }

    /// The events of the job, one line each, for a report.
    func words() -> [String] {
        frames.flatMap { frame -> [String] in
            let payload = frame.payload
            let events = (try? unsafe EventCursor.events(payload.span.bytes, count: frame.context.count)) ?? []
            return events.enumerated().map { position, event in
                "\(frame.context.firstSequence + UInt64(position)) \(event)"
            }
        }
    }
}
