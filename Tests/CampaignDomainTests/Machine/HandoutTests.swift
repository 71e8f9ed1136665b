import Testing

@testable import CampaignDomain

/// What an endpoint says of an earlier handing-out of a recipient is about nothing any more.
@Suite struct HandoutTests {
    @Test("Law 2: the same recipient handed out again has another number, and answers with the old one are stale")
    func numbers() throws {
        var bench = try MachineBench(2)
        bench.start([directory()])
        let first = bench.machine.handout(of: 0)
        let other = bench.machine.handout(of: 1)
        #expect(first > 0 && first == other)
        var isStale = bench.machine.isStale(0, handout: first)
        #expect(!isStale)
        bench.input { $0.pause(reason: "", now: $1, &$2) }
        #expect(bench.prepared(0, [0]).actions == [.discard(0, [0])])
        // In nobody's hand: the machine itself knows what to make of an answer.
        var present = bench.machine.handout(of: 0)
        isStale = bench.machine.isStale(0, handout: first)
        #expect(present == 0 && !isStale)
        bench.input { $0.unpause(now: $1, &$2) }
        let second = bench.machine.handout(of: 0)
        #expect(second > first)
        isStale = bench.machine.isStale(0, handout: first)
        #expect(isStale)
        isStale = bench.machine.isStale(0, handout: second)
        #expect(!isStale)
        // The claim is the same handing-out.
        bench.prepared(0, [0])
        present = bench.machine.handout(of: 0)
        isStale = bench.machine.isStale(0, handout: first)
        #expect(present == second && isStale)
        bench.outcome(0, .ok)
        present = bench.machine.handout(of: 0)
        #expect(present == 0)
    }

    @Test("R27: a machine remembers the numbers of what is in hand, and no others")
    func forgets() throws {
        var bench = try MachineBench(40)
        bench.start([directory()])
        for ordinal in 0..<40 as Range<Ordinal> {
            bench.prepared(0, [ordinal])
            bench.outcome(ordinal, ordinal % 3 == 0 ? .notSent(EndpointFault(.dropped, "lost")) : .ok)
            #expect(bench.machine.handouts.count == bench.machine.inFlight)
        }
    }
}
