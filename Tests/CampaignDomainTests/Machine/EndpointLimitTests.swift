import Testing

@testable import CampaignDomain

/// Slow start, rates and shares of endpoints, and what a person decides about them.
@Suite struct EndpointLimitTests {
    private func endpoint(_ name: String, _ capacity: Int, _ policy: EndpointPolicy) -> EndpointSetup {
        EndpointSetup(name: name, capacity: capacity, policy: policy)
    }

    private func delivered(_ answer: Answer) -> [EndpointIndex: [Ordinal]] {
        var found: [EndpointIndex: [Ordinal]] = [:]
        for case .deliver(let endpoint, _, let ordinals) in answer.actions { found[endpoint, default: []] += ordinals }
        return found
    }

    @Test("slow start: more connections while it goes well, half of them when the server complains")
    func slowStart() throws {
        var bench = try MachineBench(60)
        let setup = endpoint("a", 16, EndpointPolicy(initialConnections: 2))
        #expect(delivered(bench.start([setup])) == [0: [0, 1]])
        #expect(delivered(bench.outcome(0, .ok)) == [0: [2, 3]])
        #expect(delivered(bench.outcome(1, .ok)) == [0: [4, 5]])
        for ordinal in 2..<6 as Range<Ordinal> { bench.outcome(ordinal, .ok) }
        #expect(bench.machine.inFlight == 8)
        bench.outcome(6, .throttled(reply: "451 4.7.0 slow down"))
        #expect(bench.state.phase(of: 6) == .deferred)
        #expect(bench.machine.inFlight == 7, "four connections are left: nothing new until three more have ended")
        for ordinal in 7..<10 as Range<Ordinal> { #expect(delivered(bench.outcome(ordinal, .ok)).isEmpty) }
        #expect(delivered(bench.outcome(10, .ok)).isEmpty == false)
        #expect(bench.log.audit() == [])
    }

    @Test("an endpoint's own rate holds it back and nobody else")
    func rate() throws {
        var bench = try MachineBench(100)
        let slow = endpoint("a", 50, EndpointPolicy(ratePerHour: 36_000))
        let fast = endpoint("b", 5, EndpointPolicy())
        let first = delivered(bench.start([slow, fast]))
        #expect(first[0]?.count == 1 && first[1]?.count == 5)
        #expect(bench.nextWake == 100)
        #expect(delivered(bench.advance(to: 99)).isEmpty)
        #expect(delivered(bench.advance(to: 100))[0]?.count == 1)
        #expect(bench.log.audit() == [])
    }

    @Test("500 a second: within 2 % over ten seconds, and no 100 ms get more than 5 % too much")
    func smooth() throws {
        var bench = try MachineBench(6_000, sampleTerms(ratePerHour: 500 * 3_600))
        var begun = [Int](repeating: 0, count: 101)
        var answer = bench.start([endpoint("a", 500, EndpointPolicy())])
        while bench.now < 10_000 {
            let ordinals = delivered(answer)[0] ?? []
            begun[Int(bench.now / 100)] += ordinals.count
            for ordinal in ordinals { bench.input { $0.outcome(ordinal, 0, generation: 0, .ok, now: $1, &$2) } }
            answer = bench.advance(to: max(bench.nextWake ?? bench.now + 1, bench.now + 1))
        }
        let total = begun[..<100].reduce(0, +)
        #expect((4_900...5_100).contains(total))
        #expect(begun[..<100].allSatisfy { $0 <= 52 }, "\(begun)")
    }

    @Test("weights divide the messages, and one that is away is not waited for")
    func weights() throws {
        var bench = try MachineBench(400)
        var open: [EndpointIndex: [Ordinal]] = [:]
        func take(_ answer: Answer) {
            for (endpoint, ordinals) in delivered(answer) { open[endpoint, default: []] += ordinals }
        }
        take(bench.start([endpoint("a", 10, EndpointPolicy(weight: 3)), endpoint("b", 10, EndpointPolicy(weight: 1))]))
        var sent: [EndpointIndex: Int] = [:]
        for _ in 0..<100 {
            for index in [0, 1] as [EndpointIndex] {
                guard let ordinal = open[index]?.first else { continue }
                open[index]?.removeFirst()
                sent[index, default: 0] += 1
                take(bench.outcome(ordinal, .ok, endpoint: index))
            }
        }
        let (a, b) = (sent[0] ?? 0, sent[1] ?? 0)
        #expect(a + b > 120 && abs(a - 3 * b) <= 15, "\(a) to \(b)")
        take(bench.input { $0.suspend(0, reason: "", now: $1, &$2) })
        var alone = 0
        while let ordinal = open[1]?.first {
            open[1]?.removeFirst()
            alone += 1
            guard alone < 50 else { break }
            take(bench.outcome(ordinal, .ok, endpoint: 1))
        }
        #expect(alone == 50)
        #expect(bench.log.audit() == [])
    }

    @Test("a person pauses an endpoint: what is under way ends, nothing new begins until it is restored")
    func suspended() throws {
        var bench = try MachineBench(4)
        bench.start([smtp("a"), smtp("b")])
        #expect(
            bench.input { $0.suspend(0, reason: "moved", now: $1, &$2) }.events
                == [.endpointSuspended(0, reason: "moved")])
        #expect(delivered(bench.outcome(0, .ok)).isEmpty)
        #expect(delivered(bench.outcome(1, .ok, endpoint: 1)) == [1: [2]])
        #expect(bench.input { $0.restore(0, now: $1, &$2) } == Answer([.endpointRestored(0)], [.check(0)]))
        #expect(delivered(bench.checked(0)) == [0: [3]])
        #expect(bench.log.audit() == [])
    }

    @Test("what a person has decided holds after a crash; what the engine removed comes back")
    func survives() throws {
        var bench = try MachineBench(4)
        bench.start([smtp("a"), smtp("b"), smtp("c")])
        bench.input {
            $0.withdraw(0, reason: "retired", now: $1, &$2)
            $0.suspend(1, reason: "", now: $1, &$2)
            $0.limit(2, EndpointLimits(connections: 1, ratePerHour: 3_600), now: $1, &$2)
        }
        try bench.crash()
        bench.start([smtp("a"), smtp("b"), smtp("c", capacity: 9)])
        for index in [0, 1] as [EndpointIndex] { bench.probed(index, [(Ordinal(index), .notAccepted)]) }
        #expect(delivered(bench.probed(2, [(2, .notAccepted)])) == [2: [0]], "one connection, and one message a second")
        #expect(bench.state.endpoints.map(\.standing) == [.withdrawn, .suspended, .active])
        #expect(bench.log.audit() == [])
    }

    @Test("the last endpoint taken out ends the run, recoverably")
    func lastWithdrawn() throws {
        var bench = try MachineBench(2)
        bench.start([smtp("a")])
        bench.outcome(0, .later)
        bench.input { $0.withdraw(0, reason: "retired", now: $1, &$2) }
        let answer = bench.outcome(1, .ok)
        #expect(bench.state.phase == .aborted && bench.state.abortIsRecoverable)
        #expect(answer.actions.count == 1)
    }
}
