import CampaignDomain

/// Any frames fold to a whole state or are refused, from a snapshot as from the start; the auditor takes whatever comes.
enum FoldProperty {
    private static let job = JobID(1)
    /// A crafted first frame may claim any number of recipients up to the bound; the search need not fill the memory.
    private static let recipientsFuzzedMax: UInt32 = 10_000

    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        var input = FuzzInput(input)
        var auditor = LawAuditor()
        var sequence: EventSequence = 1
        var state: JobState?
        let start = EngineStart(epoch: 1, host: "h", hostIdentity: "i", bootID: "b", processID: 1, version: "v")
        var opening = EventEncoder()
        opening.append(.engineStarted(start))
        unsafe auditor.frame(opening.bytes.span.bytes, context(sequence, 1, 0, job: .journal))
        sequence += 1
        if input.byte() & 1 == 0 {
            var encoder = EventEncoder()
            encoder.append(.jobCreated(JobTerms(key: "k", name: "n")))
            encoder.append(.recipientsImported(total: 300, columns: ["email"]))
            encoder.append(.jobStarted(endpoints: ["a", "b"]))
            let context = context(sequence, encoder.count, 0)
            unsafe auditor.frame(encoder.bytes.span.bytes, context)
            state = try always("the first frame") { try unsafe JobState(firstFrame: encoder.bytes.span.bytes, context) }
            sequence += UInt64(encoder.count)
        }
        while !input.isAtEnd {
            let count = UInt32(input.byte() & 0x3F)
            let time = Int64(input.byte())
            let payload = input.bytes(Int(input.byte()))
            guard imported(payload, count) <= recipientsFuzzedMax else { return }
            let context = context(sequence, count, time)
            unsafe auditor.frame(payload.span.bytes, context)
            sequence &+= UInt64(count)
            if var present = state {
                let before = try fromSnapshot(present)
                guard fold(&present, payload, context) else {
                    return try require(auditor.violationCount > 0, "the fold refuses what the auditor passes")
                }
                state = present
                try checkWhole(present)
                var other = before
                try require(fold(&other, payload, context), "a state from a snapshot refuses what the live one takes")
                try require(other.encoded() == present.encoded(), "a state from a snapshot folds to another one")
            } else {
                do throws(FoldFailure) {
                    state = try unsafe JobState(firstFrame: payload.span.bytes, context)
                } catch {
                    return try require(auditor.violationCount > 0, "the fold refuses what the auditor passes: \(error)")
                }
            }
        }
        try require(auditor.finish().count <= LawViolations.keptMax, "more violations than are kept")
    }

    private static func context(
        _ sequence: EventSequence, _ count: UInt32, _ time: Int64, job: JobID = job
    ) -> FrameContext {
        FrameContext(
            job: job, firstSequence: sequence, count: count, time: Timestamp(milliseconds: time), epoch: 1)
    }

    private static func fold(_ state: inout JobState, _ payload: [UInt8], _ context: FrameContext) -> Bool {
        do throws(FoldFailure) {
            try unsafe state.fold(payload.span.bytes, context)
            return true
        } catch {
            return false
        }
    }

    private static func fromSnapshot(_ state: JobState) throws(BrokenProperty) -> JobState {
        let bytes = state.encoded()
        let read = try always("a snapshot does not read") {
            try unsafe JobState(encoded: bytes.span.bytes, countMax: recipientsFuzzedMax)
        }
        try require(read == state, "a snapshot reads as another state")
        return read
    }

    static func checkWhole(_ state: JobState) throws(BrokenProperty) {
        var total: UInt32 = 0
        for phase in RecipientPhase.allCases {
            let count = UInt32(state.ordinals(in: phase).count)
            try require(state.tally[phase] == count, "the tally of \(phase) is \(state.tally[phase]), not \(count)")
            total += count
        }
        try require(state.tally.total == total, "the tally does not add up")
        for ordinal in state.ordinals(in: .deferred) {
            try require(state.dueTime(of: ordinal) != nil, "deferred without a due time")
        }
    }

    /// What the payload says about the length of the list.
    private static func imported(_ payload: [UInt8], _ count: UInt32) -> UInt32 {
        var cursor = EventCursor(payloadSizeBytes: payload.count)
        var highest: UInt32 = 0
        for _ in 0..<count {
            do throws(CodecError) {
                let packed = try unsafe cursor.next(payload.span.bytes, keepingText: true)
                let event = try unsafe cursor.materialise(packed, payload.span.bytes)
                if case .recipientsImported(let total, _) = event { highest = max(highest, total) }
            } catch {
                return highest
            }
        }
        return highest
    }
}
