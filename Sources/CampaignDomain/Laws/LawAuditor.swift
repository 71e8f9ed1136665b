/// Checks the laws on a log, frame by frame, in one pass.
///
/// It is a second opinion: it shares the codec with the fold and nothing else, and keeps its own, smaller idea of where
/// each recipient stands (``RecipientAudit``: two bytes each, and a dictionary entry for each recipient deferred at the
/// time). Violations are collected, not thrown. Any bytes at all are accepted.
package struct LawAuditor: Sendable {
    private var jobs: [JobAudit] = []
    private var indexByJob: [JobID: Int] = [:]
    private var violations = LawViolations()
    private var nextSequence: EventSequence = 1
    private var epoch: UInt64 = 0

    package init() {}

    /// Violations found so far, those beyond ``LawViolations/keptMax`` included.
    package var violationCount: Int { violations.count }

    /// Checks the journal's next frame. Frames come by sequence, those of all jobs and the journal's own.
    package mutating func frame(_ payload: RawSpan, _ context: FrameContext) {
        checkSequence(context)
        var cursor = EventCursor(payloadSizeBytes: payload.byteCount)
        var startsEpoch = false
        let index = context.job == .journal ? nil : index(of: context.job)
        do throws(CodecError) {
            for position in 0..<context.count {
                let packed = try cursor.next(payload, keepingText: false)
                let sequence = context.firstSequence &+ UInt64(position)
                if packed.kind.isRecipient {
                    try Self.checkCode(packed)
                    guard let index else {
                        add(.order, .journal, sequence, "\(packed.kind.name) stands among the journal's own events")
                        continue
                    }
                    jobs[index].recipient(packed, context, at: sequence, &violations)
                } else {
                    let event = try cursor.materialise(packed, payload)
                    if position == 0, case .engineStarted = event { startsEpoch = true }
                    rare(event, index, context, at: sequence)
                }
            }
            guard cursor.isAtEnd else { throw CodecError("more events than the header says", at: 0) }
        } catch {
            violations.add(
                LawViolation(
                    .logDecides, job: context.job, at: context.firstSequence, "the frame cannot be decoded: \(error)"))
            // What the frame held is unknown: anything said about this job from here on would be a guess.
            if let index { jobs[index].isUnreadable = true }
        }
        checkEpoch(context, startsEpoch)
    }

    /// The first violations, in the log's order; none when every law holds.
    package mutating func finish() -> [LawViolation] { violations.kept }

    private mutating func checkSequence(_ context: FrameContext) {
        if context.firstSequence != nextSequence {
            add(
                .logDecides, .journal, context.firstSequence,
                "the frame begins at event \(context.firstSequence) where \(nextSequence) was expected")
        }
        if context.count == 0 { add(.logDecides, .journal, context.firstSequence, "the frame holds no event") }
        nextSequence = context.firstSequence &+ UInt64(context.count)
    }

    private mutating func checkEpoch(_ context: FrameContext, _ startsEpoch: Bool) {
        if context.epoch < epoch {
            add(.order, .journal, context.firstSequence, "epoch \(context.epoch) comes after epoch \(epoch)")
        } else if context.epoch > epoch, !startsEpoch {
            add(.order, .journal, context.firstSequence, "epoch \(context.epoch) does not begin with EngineStarted")
        } else if context.epoch == epoch, startsEpoch {
            add(.order, .journal, context.firstSequence, "EngineStarted stands twice in epoch \(epoch)")
        }
        epoch = max(epoch, context.epoch)
    }

    private mutating func rare(
        _ event: Event, _ index: Int?, _ context: FrameContext, at sequence: EventSequence
    ) {
        switch event {
        case .engineStarted(let start):
            if start.epoch != context.epoch {
                add(
                    .order, .journal, sequence, "EngineStarted of epoch \(start.epoch) stands in epoch \(context.epoch)"
                )
            }
            if index != nil || sequence != context.firstSequence {
                add(.order, context.job, sequence, "EngineStarted does not begin a frame of the journal's own")
            }
        case .engineStopped, .journalAdopted, .storeRecovered:
            if index != nil { add(.order, context.job, sequence, "\(event.typeName) stands among a job's events") }
        default:
            guard let index else {
                add(.order, .journal, sequence, "\(event.typeName) stands among the journal's own events")
                return
            }
            jobs[index].rare(event, at: sequence, &violations)
        }
    }

    /// The fold does not look at these codes, whoever shows the log must be able to.
    private static func checkCode(_ event: PackedEvent) throws(CodecError) {
        let known =
            switch event.kind {
            case .recipientFailed: FailureKind(rawValue: event.code) != nil
            case .recipientSkipped: SkipReason(rawValue: event.code) != nil
            case .inDoubtResolved: DoubtVerdict(rawValue: event.code) != nil
            default: true
            }
        guard known else { throw CodecError("unknown code \(event.code) of \(event.kind.name)", at: 0) }
    }

    private mutating func index(of job: JobID) -> Int {
        if let index = indexByJob[job] { return index }
        indexByJob[job] = jobs.count
        jobs.append(JobAudit(job: job))
        return jobs.count - 1
    }

    private mutating func add(
        _ law: LawViolation.Law, _ job: JobID, _ sequence: EventSequence, _ sentence: String
    ) {
        violations.add(LawViolation(law, job: job, at: sequence, sentence))
    }
}
