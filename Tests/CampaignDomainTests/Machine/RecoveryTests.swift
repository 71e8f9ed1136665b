import Testing

@testable import CampaignDomain

@Suite struct RecoveryTests {
    /// Five recipients: 0 sent, 1 and 2 claimed when the engine died, 3 and 4 untouched.
    private func crashed(_ terms: JobTerms = sampleTerms()) throws -> MachineBench {
        var bench = try MachineBench(5, terms)
        bench.start([smtp(capacity: 2)])
        bench.outcome(0, .ok)
        try bench.crash()
        #expect(bench.state.tally == tally(pending: 2, claimed: 2, sent: 1))
        return bench
    }

    @Test("R1: a rerun sends to the remaining recipients only, none twice, none skipped")
    func rerun() throws {
        var bench = try MachineBench(1_000)
        bench.start([smtp(capacity: 10)])
        var sent: [Ordinal: Int] = [:]
        for ordinal: Ordinal in 0..<300 {
            bench.outcome(ordinal, .ok)
            sent[ordinal, default: 0] += 1
        }
        try bench.crash()
        let answer = bench.start([smtp(capacity: 10)])
        let claimed = Array(Ordinal(300)..<310)
        #expect(answer.actions == [.probe(0, claimed)])
        var deliveries = bench.probed(0, claimed.map { ($0, .notAccepted) }).actions
        while let action = deliveries.popLast() {
            guard case .deliver(let endpoint, let generation, let ordinals) = action else { continue }
            for ordinal in ordinals {
                sent[ordinal, default: 0] += 1
                deliveries += bench.outcome(ordinal, .ok, endpoint: endpoint, generation: generation).actions
            }
        }
        #expect(bench.state.phase == .completed)
        #expect((0..<1_000).allSatisfy { sent[$0] == 1 })
        #expect(bench.log.audit() == [])
    }

    @Test("R12: claims left by a crash are asked about before anything else is sent")
    func probeFirst() throws {
        var bench = try crashed()
        #expect(
            bench.start([smtp(capacity: 2)]) == Answer([.jobStarted(endpoints: ["a"])], [.probe(0, [1, 2])]))
        #expect(bench.advance(to: 1_000_000) == Answer())
        #expect(bench.nextWake == nil)
        #expect(
            bench.probed(0, [(1, .accepted), (2, .notAccepted)])
                == Answer(
                    [
                        .recipient(1, .sent(0, reply: "found accepted after a crash")),
                        .recipient(2, .released(0, reason: "found not accepted after a crash")),
                        .recipient(2, .claimed(0)), .recipient(3, .claimed(0)),
                    ], [.deliver(0, generation: 0, [2, 3])]))
        #expect(bench.log.audit() == [])
    }

    @Test("R12: what the endpoint cannot tell is in doubt, at most one per connection, and held")
    func unknown() throws {
        var bench = try crashed()
        bench.start([smtp(capacity: 2)])
        bench.probed(0, [(1, .unknown), (2, .unknown)])
        #expect(bench.state.ordinals(in: .inDoubt) == [1, 2])
        #expect(bench.state.ordinals(in: .claimed) == [3, 4])
        bench.outcome(3, .ok)
        #expect(bench.outcome(4, .ok).actions == [.finished(.completed)])
        #expect(bench.state.tally == tally(sent: 3, inDoubt: 2))
        #expect(bench.log.audit() == [])
    }

    @Test("under resend what the endpoint cannot tell is sent again, and says so")
    func unknownResend() throws {
        var bench = try crashed(sampleTerms(inDoubt: .resend))
        bench.start([smtp(capacity: 2)])
        let answer = bench.probed(0, [(1, .unknown), (2, .accepted)])
        #expect(
            answer.events.prefix(2) == [
                .recipient(1, .inDoubt(0, reason: "the engine ended between claim and outcome")),
                .recipient(1, .inDoubtResolved(.resend, evidence: "the run's in-doubt policy")),
            ])
        #expect(answer.actions == [.deliver(0, generation: 0, [1, 3])])
        #expect(bench.log.audit() == [])
    }

    @Test("claims of an endpoint that is no longer configured are in doubt, not lost")
    func endpointGone() throws {
        var bench = try crashed()
        let answer = bench.start([smtp("other", capacity: 2)])
        #expect(answer.actions == [.deliver(1, generation: 0, [3, 4])])
        #expect(bench.state.ordinals(in: .inDoubt) == [1, 2])
        #expect(bench.log.audit() == [])
    }

    @Test("answers in parts, answers twice and reports from before the crash confuse nothing")
    func oddAnswers() throws {
        var bench = try crashed()
        bench.start([smtp(capacity: 2)])
        #expect(bench.outcome(1, .ok) == Answer())
        #expect(bench.probed(7, [(1, .accepted)]) == Answer())
        #expect(bench.probed(0, [(1, .notAccepted), (0, .notAccepted), (4, .accepted)]).actions == [])
        #expect(bench.probed(0, [(2, .notAccepted)]).actions == [.deliver(0, generation: 0, [1, 2])])
        #expect(bench.probed(0, [(1, .accepted), (2, .accepted)]) == Answer())
        #expect(bench.state.tally == tally(pending: 2, claimed: 2, sent: 1))
        #expect(bench.machine.inFlight == 2)
    }

    @Test("a crash while probing only repeats the question")
    func crashWhileProbing() throws {
        var bench = try crashed()
        bench.start([smtp(capacity: 2)])
        bench.probed(0, [(1, .accepted)])
        try bench.crash()
        #expect(bench.start([smtp(capacity: 2)]).actions == [.probe(0, [2])])
    }

    @Test("a pause while probing: the answers are taken, nothing is claimed")
    func pauseWhileProbing() throws {
        var bench = try crashed()
        bench.start([smtp(capacity: 2)])
        bench.input { $0.pause(reason: "", now: $1, &$2) }
        #expect(bench.probed(0, [(1, .accepted), (2, .notAccepted)]).actions == [])
        #expect(bench.input { $0.unpause(now: $1, &$2) }.actions == [.deliver(0, generation: 0, [2, 3])])
    }

    @Test("a stop while probing waits for the answers")
    func stopWhileProbing() throws {
        var bench = try crashed()
        bench.start([smtp(capacity: 2)])
        #expect(bench.input { $0.stop(now: $1, &$2) } == Answer())
        #expect(bench.probed(0, [(1, .accepted), (2, .unknown)]).actions == [.finished(.stopped)])
        #expect(bench.state.tally.claimed == 0)
    }

    @Test("Law 3: claims of a job that was aborted for good before the crash get their outcome too")
    func abortedForGood() throws {
        var bench = try MachineBench(3)
        bench.start([smtp("a", capacity: 1), smtp("b", capacity: 1)])
        bench.input { $0.abort(reason: "wrong text", now: $1, &$2) }
        try bench.crash()
        #expect(bench.start([smtp("a", capacity: 1)]).actions == [.probe(0, [0])])
        #expect(bench.state.phase(of: 1) == .inDoubt)
        #expect(bench.probed(0, [(0, .accepted)]).actions == [.finished(.aborted(reason: "wrong text"))])
        #expect(bench.state.tally == tally(pending: 1, sent: 1, inDoubt: 1))
        #expect(bench.log.audit() == [])
    }

    @Test("Law 3: claims of a job that is aborted while a crash's pause holds it get their outcome too")
    func abortedWhilePaused() throws {
        var bench = try MachineBench(2)
        bench.start([smtp()])
        bench.input { $0.pause(reason: "", now: $1, &$2) }
        try bench.crash()
        #expect(bench.start([smtp()]) == Answer())
        #expect(bench.input { $0.abort(reason: "no", now: $1, &$2) }.actions == [.probe(0, [0])])
        #expect(bench.probed(0, [(0, .unknown)]).actions == [.finished(.aborted(reason: "no"))])
        #expect(bench.log.audit() == [])
    }
}
