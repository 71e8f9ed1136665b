import Testing

@testable import CampaignDomain

/// Any bytes give events or an error. A trap would end the test process: getting through is the assertion.
@Suite struct EventFuzzTests {
    private static let samples: [EventEncoder] =
        everyKindOfEvent.map { event in
            var encoder = EventEncoder()
            encoder.append(event)
            return encoder
        } + [
            {
                var encoder = EventEncoder()
                for event in everyKindOfEvent { encoder.append(event) }
                return encoder
            }()
        ]

    private func decodes(_ bytes: [UInt8], _ count: UInt32) -> Bool {
        (try? EventCursor.events(bytes, count: count)) != nil
    }

    /// What the fold and the auditor do with the same bytes.
    private func digest(_ bytes: [UInt8], _ count: UInt32) {
        let context = FrameContext(
            job: sampleJob, firstSequence: 1, count: count, time: Timestamp(milliseconds: 0), epoch: 0)
        _ = try? JobState(firstFrame: bytes, context)
        if var state = try? JobState(firstFrame: Self.first.bytes, Self.frameOfFirst) {
            try? state.fold(bytes, context)
            _ = state.encoded()
        }
        var auditor = LawAuditor()
        auditor.frame(Self.first.bytes, Self.frameOfFirst)
        auditor.frame(bytes, context)
        #expect(auditor.finish().count <= LawViolations.keptMax)
    }

    private static let first: EventEncoder = {
        var encoder = EventEncoder()
        encoder.append(.jobCreated(sampleTerms()))
        encoder.append(.recipientsImported(total: 300, columns: []))
        encoder.append(.jobStarted(endpoints: ["a", "b"]))
        return encoder
    }()

    private static let frameOfFirst = FrameContext(
        job: sampleJob, firstSequence: 1, count: first.count, time: Timestamp(milliseconds: 0), epoch: 0)

    @Test("no truncation of a payload decodes")
    func truncations() {
        for sample in Self.samples {
            for length in 0..<sample.bytes.count {
                #expect(!decodes(Array(sample.bytes[..<length]), sample.count))
            }
        }
    }

    @Test("no change of a single byte traps the decoder, the fold or the auditor")
    func mutations() {
        for sample in Self.samples {
            for position in sample.bytes.indices {
                var bytes = sample.bytes
                for value in UInt8.min...UInt8.max {
                    bytes[position] = value
                    _ = decodes(bytes, sample.count)
                    // The numbers around a varint's edges, for those who do more with them.
                    if [0, 1, 0x7F, 0x80, 0xFF].contains(value) { digest(bytes, sample.count) }
                }
            }
        }
    }

    @Test("random bytes never trap the decoder, the fold or the auditor", arguments: 0..<20 as Range<UInt64>)
    func randomBytes(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let kinds = EventKind.allCases.map(\.rawValue)
        for _ in 0..<300 {
            var bytes = (0..<random.below(80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            // Half of them begin as an event does, or the first byte would end most.
            if random.chance(50), !bytes.isEmpty { bytes[0] = kinds[random.below(kinds.count)] }
            _ = decodes(bytes, UInt32(random.below(6)))
            digest(bytes, UInt32(random.below(6)))
        }
    }

    @Test("a text that grows from event to event is refused, before decoding costs more than the payload is long")
    func growingText() {
        var bytes: [UInt8] = []
        var shared: UInt64 = 0
        for _ in 0..<100 {
            bytes += [EventKind.recipientSent.rawValue, 0, 0]
            bytes.appendVarint(shared)
            bytes.appendVarint(10)
            bytes += [UInt8](repeating: 0x61, count: 10)
            shared += 10
        }
        #expect(!decodes(bytes, 100))
    }

    @Test("a frame without events is an error, not a trap")
    func noEvents() {
        digest([], 0)
        let context = FrameContext(
            job: sampleJob, firstSequence: 1, count: 0, time: Timestamp(milliseconds: 0), epoch: 0)
        #expect(throws: FoldFailure.self) { try JobState(firstFrame: Self.first.bytes, context) }
    }
}
