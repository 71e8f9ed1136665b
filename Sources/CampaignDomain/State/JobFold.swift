/// What a frame's header says that the fold needs: a job's frames are folded whole.
package struct FrameContext: Sendable {
    package var job: JobID
    package var firstSequence: EventSequence
    package var count: UInt32
    package var time: Timestamp
    package var epoch: UInt64
    /// Fold only so many of the frame's events: for a look at a state in the middle of a commit.
    package var countFolded: UInt32?

    package init(job: JobID, firstSequence: EventSequence, count: UInt32, time: Timestamp, epoch: UInt64) {
        self.job = job
        self.firstSequence = firstSequence
        self.count = count
        self.time = time
        self.epoch = epoch
    }
}

/// Why a frame could not be folded.
package enum FoldFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case codec(CodecError, frame: EventSequence)
    case fold(FoldError)

    package var description: String {
        switch self {
        case .codec(let error, let frame): "the frame at event \(frame) cannot be decoded: \(error)"
        case .fold(let error): "\(error)"
        }
    }
}

extension JobState {
    /// The state after a job's first frame, which begins with `JobCreated`.
    package init(firstFrame payload: RawSpan, _ context: FrameContext) throws(FoldFailure) {
        guard context.count > 0 else {
            throw .codec(CodecError("a frame without events", at: 0), frame: context.firstSequence)
        }
        var cursor = EventCursor(payloadSizeBytes: payload.byteCount)
        let terms: JobTerms
        do throws(CodecError) {
            let packed = try cursor.next(payload, keepingText: true)
            guard case .jobCreated(let decoded) = try cursor.materialise(packed, payload) else {
                throw CodecError("job \(context.job) does not begin with JobCreated", at: 0)
            }
            terms = decoded
        } catch {
            throw .codec(error, frame: context.firstSequence)
        }
        self.init(
            id: context.job, terms: terms, createdAt: context.time, sequence: context.firstSequence,
            epoch: context.epoch)
        try foldRest(payload, context, cursor, first: 1)
    }

    /// Folds one more frame of this job.
    package mutating func fold(_ payload: RawSpan, _ context: FrameContext) throws(FoldFailure) {
        try foldRest(payload, context, EventCursor(payloadSizeBytes: payload.byteCount), first: 0)
        epoch = context.epoch
    }

    private mutating func foldRest(
        _ payload: RawSpan, _ context: FrameContext, _ cursor: EventCursor, first: UInt32
    ) throws(FoldFailure) {
        var cursor = cursor
        let end = min(context.countFolded ?? .max, context.count)
        var index = first
        while index < end {
            let run = foldRun(payload, &cursor, countMax: end - index)
            if run > 0 {
                index += run
                sequence = context.firstSequence &+ UInt64(index - 1)
                continue
            }
            let sequence = context.firstSequence &+ UInt64(index)
            let packed: PackedEvent
            do throws(CodecError) {
                packed = try cursor.next(payload, keepingText: false)
            } catch {
                throw .codec(error, frame: context.firstSequence)
            }
            do throws(FoldError) {
                if packed.kind.isRecipient {
                    try evolve(packed, at: sequence)
                } else {
                    try evolveRare(packed, cursor, payload, context, at: sequence)
                }
            } catch {
                throw .fold(error)
            }
            index += 1
        }
        guard cursor.isAtEnd || context.countFolded != nil else {
            throw .codec(CodecError("more events than the header says", at: 0), frame: context.firstSequence)
        }
    }

    private mutating func evolveRare(
        _ packed: PackedEvent, _ cursor: EventCursor, _ payload: RawSpan, _ context: FrameContext,
        at sequence: EventSequence
    ) throws(FoldError) {
        let event: Event
        do throws(CodecError) {
            event = try cursor.materialise(packed, payload)
        } catch {
            throw FoldError("\(error)", at: sequence)
        }
        try evolve(event, time: context.time, at: sequence)
    }
}
