import Testing

@testable import CampaignDomain

/// The fold takes claims, and messages sent or deferred, in runs, by a decoder of its own. It must do what the plain way does with each
/// event, on any bytes: the same state, the same refusal, nothing read or written outside.
@Suite("The fold's fast way")
struct FoldRunTests {
    private static let recipients = 700
    private static let time = Timestamp(milliseconds: 5_000)

    /// What became of a frame: the state, and the refusal's text.
    private struct Outcome: Equatable {
        var state: JobState
        var refusal: String?
    }

    private func started() throws -> JobState {
        var log = SampleLog()
        log.append([
            .jobCreated(sampleTerms()), .recipientsImported(total: UInt32(Self.recipients), columns: ["email"]),
            .jobStarted(endpoints: ["a", "b", "c"]),
        ])
        return try log.fold()
    }

    private func context(_ sequence: EventSequence, _ count: UInt32) -> FrameContext {
        FrameContext(job: JobID(1), firstSequence: sequence, count: count, time: Self.time, epoch: 2)
    }

    private func fast(_ state: JobState, _ payload: [UInt8], _ context: FrameContext) -> Outcome {
        var state = state
        do throws(FoldFailure) {
            try state.fold(payload, context)
            return Outcome(state: state)
        } catch {
            return Outcome(state: state, refusal: error.description)
        }
    }

    /// Event by event: decoded by the cursor, folded by `evolve`.
    private func plain(_ state: JobState, _ payload: [UInt8], _ context: FrameContext) -> Outcome {
        var state = state
        var cursor = EventCursor(payloadSizeBytes: payload.count)
        for index in 0..<min(context.countFolded ?? .max, context.count) {
            let sequence = context.firstSequence + UInt64(index)
            do {
                let packed = try unsafe cursor.next(payload.span.bytes, keepingText: false)
                if packed.kind.isRecipient {
                    try state.evolve(packed, at: sequence)
                } else {
                    let event = try wrapped(cursor, packed, payload, sequence)
                    try state.evolve(event, time: context.time, at: sequence)
                }
            } catch let error as CodecError {
                return Outcome(
                    state: state, refusal: FoldFailure.codec(error, frame: context.firstSequence).description)
            } catch {
                return Outcome(state: state, refusal: "\(error)")
            }
        }
        guard cursor.isAtEnd || context.countFolded != nil else {
            let error = CodecError("more events than the header says", at: 0)
            return Outcome(state: state, refusal: FoldFailure.codec(error, frame: context.firstSequence).description)
        }
        state.epoch = context.epoch
        return Outcome(state: state)
    }

    private func wrapped(
        _ cursor: EventCursor, _ packed: PackedEvent, _ payload: [UInt8], _ sequence: EventSequence
    ) throws(FoldError) -> Event {
        do throws(CodecError) {
            return try unsafe cursor.materialise(packed, payload.span.bytes)
        } catch {
            throw FoldError("\(error)", at: sequence)
        }
    }

    /// Mostly what a campaign does next, with texts, jumps and endpoints of all sizes; sometimes what it must not.
    private func event(_ random: inout SplitMix64, _ state: JobState) -> Event {
        if random.chance(2) { return random.chance(50) ? .jobPaused(reason: random.text()) : random.event() }
        let near = Int(state.sequence) * 7 % Self.recipients + random.below(120)
        let ordinal = Ordinal(random.chance(70) ? near % Self.recipients : random.below(Self.recipients))
        let endpoint = EndpointIndex(random.chance(90) ? random.below(3) : random.below(256))
        let text = random.chance(80) ? "250 queued as \(random.below(3000))" : random.text()
        if random.chance(3) { return .recipient(ordinal, random.change(endpoint)) }
        switch state.phase(of: ordinal) {
        case .claimed:
            guard random.chance(90) else {
                return .recipient(ordinal, .deferred(endpoint, attempt: 3, due: random.anyTime(), reply: text))
            }
            return .recipient(
                ordinal, .sent(endpoint, reply: random.chance(5) ? String(repeating: text, count: 9) : text))
        case .sent, .failed, .skipped, .inDoubt: return .recipient(ordinal, .released(endpoint, reason: text))
        default: return .recipient(ordinal, .claimed(endpoint))
        }
    }

    /// A frame that folds, but for its last event now and then.
    private func frame(_ random: inout SplitMix64, _ start: JobState) -> EventEncoder {
        var state = start
        var encoder = EventEncoder()
        for _ in 0..<(1 + random.below(90)) {
            let event = event(&random, state)
            var single = EventEncoder()
            single.append(event)
            let isAllowed = fast(state, single.bytes, context(state.sequence + 1, 1)).refusal == nil
            guard isAllowed || random.chance(1) else { continue }
            encoder.append(event)
            guard isAllowed else { return encoder }
            state = plain(state, single.bytes, context(state.sequence + 1, 1)).state
        }
        return encoder
    }

    @Test("folds frames of campaigns as the plain way does", arguments: 0..<40 as Range<UInt64>)
    func campaigns(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var state = try started()
        for _ in 0..<60 {
            let frame = frame(&random, state)
            guard !frame.isEmpty else { continue }
            var context = context(state.sequence + 1, frame.count)
            if random.chance(10) { context.countFolded = UInt32(random.below(Int(frame.count) + 1)) }
            let outcome = fast(state, frame.bytes, context)
            #expect(outcome == plain(state, frame.bytes, context))
            if outcome.refusal == nil { state = outcome.state }
        }
        #expect(state.tally.sent > 50)
    }

    @Test("folds or refuses damaged frames as the plain way does", arguments: 100..<140 as Range<UInt64>)
    func damaged(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var state = try started()
        var refused = 0
        for _ in 0..<40 {
            let frame = frame(&random, state)
            guard !frame.isEmpty else { continue }
            for _ in 0..<20 {
                var bytes = frame.bytes
                var count = frame.count
                switch random.below(5) {
                case 0: bytes.removeLast(random.below(bytes.count + 1))
                case 1: bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next())
                case 2: bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
                case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: random.below(bytes.count + 1))
                default: count = UInt32(random.below(200))
                }
                let context = context(state.sequence + 1, count)
                let outcome = fast(state, bytes, context)
                #expect(outcome == plain(state, bytes, context))
                refused += outcome.refusal == nil ? 0 : 1
            }
            state = plain(state, frame.bytes, context(state.sequence + 1, frame.count)).state
        }
        #expect(refused > 100)
    }

    @Test("folds or refuses any short sequence of the bytes that matter as the plain way does")
    func smallSpace() throws {
        var state = try started()
        try state.fold([1, 0, 0, 1, 2, 1], context(4, 2))
        let values: [UInt8] = [0, 1, 2, 0x7F, 0x80, 0xFF]
        // Padded so that the fast way looks at them, and not.
        for padding in [[], [1, 8, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]] as [[UInt8]] {
            for number in 0..<(values.count * values.count * values.count * values.count * values.count) {
                var rest = number
                var bytes: [UInt8] = []
                for _ in 0..<5 {
                    bytes.append(values[rest % values.count])
                    rest /= values.count
                }
                for kind in [1, 2, 4] as [UInt8] {
                    let payload = [kind] + bytes + padding
                    let context = context(6, padding.isEmpty ? 2 : 5)
                    #expect(fast(state, payload, context) == plain(state, payload, context), "\(payload)")
                }
            }
        }
    }
}
