import Testing

@testable import CampaignDomain

@Suite("Due times")
struct DueTimesTests {
    /// Ordinals as they come: close together, strided so that they would meet, and anything.
    private func ordinal(_ random: inout SplitMix64, _ kind: Int) -> Ordinal {
        switch kind {
        case 0: Ordinal(random.below(200))
        case 1: Ordinal(random.below(300) << 14)
        default: Ordinal(truncatingIfNeeded: random.next() >> 33)
        }
    }

    @Test("are what a dictionary would hold, after any puts, changes and deletions", arguments: 0..<12 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var times = DueTimes()
        var expected: [Ordinal: Int64] = [:]
        var known: [Ordinal] = []
        for step in 0..<6_000 {
            // Fills, then empties, then fills again.
            let deletes = step / 1_500 % 2 == 0 ? 30 : 75
            if random.chance(deletes), !known.isEmpty {
                let ordinal = random.chance(80) ? known[random.below(known.count)] : ordinal(&random, Int(seed % 3))
                times[ordinal] = nil
                expected[ordinal] = nil
            } else {
                let ordinal = ordinal(&random, Int(seed % 3))
                let time = Int64(bitPattern: random.next())
                times[ordinal] = time
                expected[ordinal] = time
                known.append(ordinal)
            }
            #expect(times.count == expected.count && times.isEmpty == expected.isEmpty)
            let probe = known.isEmpty ? 0 : known[random.below(known.count)]
            #expect(times[probe] == expected[probe])
        }
        #expect(times.keys.sorted() == expected.keys.sorted())
        for (ordinal, time) in expected { #expect(times[ordinal] == time) }
        for ordinal in known { #expect(times[ordinal] == expected[ordinal]) }
    }

    @Test("are equal when they say the same, whatever way they came to it")
    func equality() {
        var upward = DueTimes()
        var downward = DueTimes()
        for ordinal in 0..<500 as Range<Ordinal> { upward[ordinal] = Int64(ordinal) }
        for ordinal in (0..<2_000 as Range<Ordinal>).reversed() { downward[ordinal] = Int64(ordinal) }
        #expect(upward != downward)
        for ordinal in 500..<2_000 as Range<Ordinal> { downward[ordinal] = nil }
        #expect(upward == downward && upward.hashValue == downward.hashValue)
        downward[7] = 8
        #expect(upward != downward)
        downward[7] = nil
        downward[700] = 7
        #expect(upward != downward)
        #expect(DueTimes() == DueTimes())
    }

    @Test("never hold the ordinal that is no recipient's")
    func lastOrdinal() {
        var times = DueTimes()
        times[.max] = 5
        #expect(times.isEmpty && times[.max] == nil && times.keys.isEmpty)
        times[.max - 1] = 5
        times[.max] = nil
        #expect(times[.max - 1] == 5 && times.count == 1 && times[0] == nil)
    }
}
