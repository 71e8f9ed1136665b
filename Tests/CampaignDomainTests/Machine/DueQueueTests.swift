import Testing

@testable import CampaignDomain

@Suite struct DueQueueTests {
    @Test("what is due comes out by time, then by ordinal, as from a sorted list", arguments: 0..<20 as Range<UInt64>)
    func oracle(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = DueQueue<Ordinal>()
        var sorted: [(due: Int64, ordinal: Ordinal)] = []
        for step in 0..<600 {
            if random.chance(55) {
                let due = Int64(random.below(40))
                queue.insert(Ordinal(step), due: due)
                let place = sorted.firstIndex { ($0.due, $0.ordinal) > (due, Ordinal(step)) } ?? sorted.count
                sorted.insert((due, Ordinal(step)), at: place)
            } else {
                let now = Int64(random.below(40))
                let expected = sorted.first.flatMap { $0.due <= now ? $0.ordinal : nil }
                #expect(queue.popDue(now: now) == expected)
                if expected != nil { sorted.removeFirst() }
            }
            #expect(queue.count == sorted.count)
            #expect(queue.earliest == sorted.first?.due)
        }
        while let expected = sorted.first {
            #expect(queue.popDue(now: .max) == expected.ordinal)
            sorted.removeFirst()
        }
        #expect(queue.popDue(now: .max) == nil)
    }
}
