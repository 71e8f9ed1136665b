import Testing

@testable import CampaignDomain

@Suite struct JobStateSnapshotTests {
    /// A state with something in every field.
    private func rich() throws -> JobState {
        var log = SampleLog()
        log.append([
            .jobCreated(sampleTerms(inDoubt: .resend, ratePerHour: 3_600)),
            .recipientsImported(total: 300, columns: ["email", "näme"]), .jobStarted(endpoints: ["a", "b", "c"]),
        ])
        var events: [Event] = []
        for ordinal: Ordinal in 0..<200 {
            events.append(.recipient(ordinal, .claimed(EndpointIndex(ordinal % 3))))
            switch ordinal % 7 {
            case 0: events.append(.recipient(ordinal, .failed(0, .other, reply: "550")))
            case 1:
                let due = Timestamp(milliseconds: 1_700_000_000_000 - Int64(ordinal))
                events.append(.recipient(ordinal, .deferred(0, attempt: ordinal % 31, due: due, reply: "450")))
            case 2: events.append(.recipient(ordinal, .inDoubt(0, reason: "lost")))
            case 3: break
            default: events.append(.recipient(ordinal, .sent(EndpointIndex(ordinal % 3), reply: "250")))
            }
        }
        events.append(.recipient(299, .skipped(.invalidAddress, detail: "no @")))
        events.append(.endpointFailed(1, attempt: 2, retries: 3, reason: "421"))
        events.append(.endpointPaused(1, until: Timestamp(milliseconds: 5)))
        events.append(.endpointRemoved(2, reason: "535"))
        events.append(.jobAborted(reason: "both", recoverable: true))
        log.append(events, time: 99)
        return try log.fold()
    }

    @Test("Law 4: a snapshot reads back as the state it was taken of, byte for byte")
    func roundTrip() throws {
        let state = try rich()
        let bytes = state.encoded()
        let read = try JobState(encoded: bytes)
        #expect(read == state)
        #expect(read.encoded() == bytes)
        #expect(read.tally == state.tally)
        for phase in RecipientPhase.allCases { #expect(state.tally[phase] > 0, "\(phase) is not in the sample") }
    }

    @Test("a state goes on from its snapshot as if it had not been away")
    func goesOn() throws {
        var live = try rich()
        var read = try JobState(encoded: live.encoded())
        var encoder = EventEncoder()
        encoder.append(.jobStarted(endpoints: ["a", "d"]))
        encoder.append(250, .claimed(3))
        encoder.append(3, .sent(0, reply: "250"))
        let context = FrameContext(
            job: sampleJob, firstSequence: live.sequence + 1, count: 3, time: Timestamp(milliseconds: 500), epoch: 2)
        try live.fold(encoder.bytes, context)
        try read.fold(encoder.bytes, context)
        #expect(live == read)
        #expect(live.encoded() == read.encoded())
    }

    @Test("two bytes a recipient in memory, a few bytes a run in a snapshot")
    func size() throws {
        #expect(MemoryLayout<UInt16>.stride == 2)
        var log = SampleLog()
        log.append([.jobCreated(sampleTerms()), .recipientsImported(total: 1_000_000, columns: [])])
        #expect(try log.fold().encoded().count < 200)
    }

    @Test("no truncation of a snapshot reads")
    func truncations() throws {
        let bytes = try rich().encoded()
        for length in bytes.indices {
            #expect(throws: CodecError.self) { try JobState(encoded: Array(bytes[..<length])) }
        }
        #expect(throws: CodecError.self) { try JobState(encoded: bytes + [0]) }
    }

    @Test("no change of a byte traps, and what still reads is a whole state")
    func mutations() throws {
        let bytes = try rich().encoded()
        for position in bytes.indices {
            for value: UInt8 in [0, 1, 7, 0x7F, 0x80, 0xFF, bytes[position] &+ 1, bytes[position] ^ 0x40] {
                var changed = bytes
                changed[position] = value
                guard let state = try? JobState(encoded: changed) else { continue }
                #expect(state.tally.total == UInt32(state.recipients.count))
                #expect(state.due.count == Int(state.tally.deferred))
                // Other bytes may read as the same state (a longer varint), but what is written for it is one form.
                let written = state.encoded()
                #expect(try JobState(encoded: written).encoded() == written)
            }
        }
    }

    @Test("random bytes never trap", arguments: 0..<20 as Range<UInt64>)
    func randomBytes(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let bytes = try rich().encoded()
        for _ in 0..<200 {
            var changed = bytes
            for _ in 0...random.below(8) {
                changed[random.below(changed.count)] = UInt8(truncatingIfNeeded: random.next())
            }
            if random.chance(30) { changed.removeSubrange(random.below(changed.count)...) }
            _ = try? JobState(encoded: changed)
        }
    }

    @Test("a crafted snapshot with more endpoints than an index can name is refused")
    func tooManyEndpoints() throws {
        var log = SampleLog()
        log.append([
            .jobCreated(sampleTerms()), .recipientsImported(total: 1, columns: []),
            .jobStarted(endpoints: (0..<endpointsMax).map(String.init)),
        ])
        var state = try log.fold()
        #expect(try JobState(encoded: state.encoded()) == state)
        state.endpoints.append(EndpointState(name: "one more"))
        #expect(throws: CodecError.self) { try JobState(encoded: state.encoded()) }
    }
}
