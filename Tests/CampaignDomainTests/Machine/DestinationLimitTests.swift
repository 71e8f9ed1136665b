import Testing

@testable import CampaignDomain

/// Limits by mail domain.
@Suite struct DestinationLimitTests {
    /// Recipients below `slow` are of one domain, the others of another one each.
    struct Lookup: DestinationLookup {
        var slow: Ordinal
        var limit: DestinationLimit

        func destination(of ordinal: Ordinal) -> Destination? {
            Destination(key: ordinal < slow ? 1 : UInt64(ordinal) + 2, limit: limit)
        }
    }

    private func bench(_ recipients: UInt32, slow: Ordinal, _ limit: DestinationLimit) throws -> MachineBench {
        var bench = try MachineBench(recipients)
        try bench.crash(RunOptions(destinations: DestinationLimits(standard: limit)))
        bench.machine.destinations = Lookup(slow: slow, limit: limit)
        return bench
    }

    private func delivered(_ answer: Answer) -> [Ordinal] {
        var found: [Ordinal] = []
        for case .deliver(_, _, let ordinals) in answer.actions { found += ordinals }
        return found
    }

    @Test("one slow domain does not slow the others: its recipients are passed over, and keep their turn")
    func concurrency() throws {
        var bench = try bench(10, slow: 6, DestinationLimit(concurrency: 2))
        let answer = bench.start([smtp(capacity: 4)])
        #expect(delivered(answer) == [0, 1, 6, 7])
        #expect(
            answer.events.contains(.destinationsLimited(DestinationLimits(standard: DestinationLimit(concurrency: 2)))))
        #expect(delivered(bench.outcome(6, .ok)) == [8])
        #expect(delivered(bench.outcome(0, .ok)) == [2])
        for ordinal in [7, 8] as [Ordinal] { bench.outcome(ordinal, .ok) }
        #expect(bench.machine.inFlight == 3)
        for ordinal in [9, 1, 2, 3, 4, 5] as [Ordinal] { bench.outcome(ordinal, .ok) }
        #expect(bench.state.phase == .completed)
        #expect(bench.log.audit() == [])
    }

    @Test("a domain's rate: the next one goes when it is due, and the engine wakes for it")
    func rate() throws {
        var bench = try bench(6, slow: 4, DestinationLimit(ratePerHour: 3_600))
        #expect(delivered(bench.start([smtp(capacity: 6)])) == [0, 4, 5])
        bench.outcome(0, .ok)
        #expect(bench.nextWake == 1_000)
        #expect(delivered(bench.advance(to: 999)).isEmpty)
        #expect(delivered(bench.advance(to: 1_000)) == [1])
        bench.outcome(1, .ok)
        #expect(bench.nextWake == 2_000)
    }

    @Test("a limit holds over deferrals, losses and doubts: what is not under way does not count")
    func leaves() throws {
        var bench = try bench(5, slow: 5, DestinationLimit(concurrency: 1))
        #expect(delivered(bench.start([smtp(capacity: 5)])) == [0])
        #expect(delivered(bench.outcome(0, .later)) == [1])
        #expect(delivered(bench.outcome(1, .inDoubt(.lost))) == [2])
        // Given back, it stands behind those of its domain that were passed over before.
        #expect(delivered(bench.outcome(2, .notSent(.lost))) == [3])
        #expect(delivered(bench.outcome(3, .failed(.other, reply: "550"))) == [4])
        #expect(delivered(bench.outcome(4, .ok)) == [2])
        #expect(bench.log.audit() == [])
    }

    @Test("what may be parked is bounded: a list that is all one domain waits for it")
    func bounded() {
        let lookup = Lookup(slow: 100, limit: DestinationLimit(concurrency: 1))
        var gate = DestinationGate(lookup, parkedMax: 3)
        let now = Timestamp(milliseconds: 0)
        let admitted = (0...3 as ClosedRange<Ordinal>).map { gate.admits($0, now: now) }
        #expect(admitted == [true, false, false, false])
        #expect(!gate.takesMore)
        let blocked = gate.next(now: now)
        #expect(blocked == nil)
        gate.left(0, now: now)
        let next = gate.next(now: now)
        #expect(next == 1)
        #expect(gate.takesMore)
    }

    @Test("the limits are the log's: a run that names none keeps them")
    func kept() throws {
        let limits = DestinationLimits(
            standard: DestinationLimit(concurrency: 3), named: [.init("b.test", DestinationLimit(ratePerHour: 60))])
        var bench = try MachineBench(1)
        try bench.crash(RunOptions(destinations: limits))
        bench.start([smtp()])
        try bench.crash()
        #expect(bench.machine.destinationLimits == limits)
        #expect(try JobState(encoded: bench.state.encoded()).destinationLimits == limits)
    }
}
