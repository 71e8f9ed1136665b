import Testing

@testable import CampaignDomain

@Suite("Doubts that are asked about again")
struct ProbeAgainTests {
    /// Asks two more times, after 1 s and after 2 s more.
    private func asking(_ name: String = "a", capacity: Int = 1) -> EndpointSetup {
        var setup = smtp(name, capacity: capacity)
        setup.policy.probing = ProbePolicy(again: 2, intervalMilliseconds: 1_000)
        return setup
    }

    private func doubtful(_ recipients: UInt32 = 2, _ terms: JobTerms = sampleTerms()) throws -> MachineBench {
        var bench = try MachineBench(recipients, terms)
        bench.start([asking()])
        bench.outcome(0, .inDoubt(.lost))
        return bench
    }

    @Test("a connection lost after the dot: the endpoint is asked in time, and the job goes on meanwhile")
    func whileItRuns() throws {
        var bench = try doubtful()
        #expect(bench.state.tally == tally(claimed: 1, inDoubt: 1))
        bench.outcome(1, .ok)
        #expect(bench.state.phase == .running, "the answer may be there soon")
        #expect(bench.nextWake == 1_000)
        #expect(bench.advance(to: 999) == Answer())
        #expect(bench.advance(to: 1_000) == Answer([], [.probe(0, [0])]))
        #expect(bench.advance(to: 5_000) == Answer(), "once")
        #expect(
            bench.probed(0, [(0, .accepted)])
                == Answer(
                    [
                        .recipient(0, .inDoubtResolved(.sent, evidence: "the endpoint's probe found it accepted")),
                        .jobCompleted(tally(sent: 2)),
                    ], [.finished(.completed)]))
        #expect(bench.log.audit() == [])
    }

    @Test("found not accepted: it is sent, by the same claim protocol")
    func notAccepted() throws {
        var bench = try doubtful(1)
        bench.advance(to: 1_000)
        #expect(
            bench.probed(0, [(0, .notAccepted)])
                == Answer(
                    [
                        .recipient(
                            0, .inDoubtResolved(.notSent, evidence: "the endpoint's probe found it not accepted")),
                        .recipient(0, .claimed(0)),
                    ], [.deliver(0, generation: 0, [0])]))
        #expect(bench.outcome(0, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }

    @Test("unknown each time: asked after twice as long, then no more; held, and the job is complete")
    func bounded() throws {
        var bench = try doubtful(1)
        bench.advance(to: 1_000)
        #expect(bench.probed(0, [(0, .unknown)]) == Answer())
        #expect(bench.nextWake == 3_000)
        #expect(bench.advance(to: 3_000).actions == [.probe(0, [0])])
        #expect(bench.probed(0, [(0, .unknown)]) == Answer([.jobCompleted(tally(inDoubt: 1))], [.finished(.completed)]))
        #expect(bench.log.audit() == [])
    }

    @Test("R12: `resend` waits for the answer: a copy is sent only after nobody could tell")
    func resend() throws {
        var bench = try doubtful(1, sampleTerms(inDoubt: .resend))
        bench.advance(to: 1_000)
        bench.probed(0, [(0, .unknown)])
        #expect(bench.advance(to: 3_000).actions == [.probe(0, [0])])
        #expect(
            bench.probed(0, [(0, .unknown)])
                == Answer(
                    [
                        .recipient(0, .inDoubtResolved(.resend, evidence: "the run's in-doubt policy")),
                        .recipient(0, .claimed(0)),
                    ], [.deliver(0, generation: 0, [0])]))
        bench.outcome(0, .ok)
        #expect(bench.log.audit() == [])
    }

    @Test("law 2: an answer about an earlier doubt, a second answer, and one that a person came before do nothing")
    func stale() throws {
        var bench = try doubtful(1)
        #expect(bench.probed(0, [(0, .accepted)]) == Answer(), "not asked yet")
        bench.advance(to: 1_000)
        #expect(bench.probed(1, [(0, .notAccepted)]) == Answer(), "of another endpoint")
        // A person decides, it is sent again, and is in doubt again.
        bench.input { _ = $0.resolve(0, .notSent, evidence: "", now: $1, &$2) }
        #expect(bench.advance().actions == [.deliver(0, generation: 0, [0])])
        #expect(bench.probed(0, [(0, .notAccepted)]) == Answer(), "it is under way")
        bench.outcome(0, .inDoubt(.lost))
        #expect(bench.probed(0, [(0, .notAccepted)]) == Answer(), "about the doubt before")
        #expect(bench.advance(to: 2_000).actions.contains(.probe(0, [0])))
        bench.probed(0, [(0, .accepted)])
        #expect(bench.state.tally == tally(sent: 1))
        #expect(bench.probed(0, [(0, .notAccepted)]) == Answer())
        #expect(bench.log.audit() == [])
    }

    @Test("a crash's claim that the endpoint cannot tell about yet is asked about again, as are doubts of earlier runs")
    func afterCrash() throws {
        var bench = try MachineBench(2)
        bench.start([asking(capacity: 2)])
        bench.outcome(0, .inDoubt(.lost))
        try bench.crash()
        // 0 is in doubt since before, 1 was claimed.
        #expect(bench.start([asking(capacity: 2)]).actions == [.probe(0, [1]), .probe(0, [0])])
        bench.probed(0, [(1, .unknown)])
        #expect(bench.state.tally == tally(inDoubt: 2))
        bench.probed(0, [(0, .notAccepted)])
        #expect(bench.state.tally == tally(claimed: 1, inDoubt: 1))
        bench.outcome(0, .ok)
        #expect(bench.advance(to: 1_000).actions == [.probe(0, [1])])
        #expect(bench.probed(0, [(1, .accepted)]).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }

    @Test("R26: a stop, a pause and an abort do not wait for answers")
    func ends() throws {
        var bench = try doubtful(1)
        #expect(bench.input { $0.stop(now: $1, &$2) }.actions == [.finished(.completed)])

        bench = try doubtful(1)
        bench.input { $0.pause(reason: "no", now: $1, &$2) }
        #expect(bench.advance(to: 5_000) == Answer(), "nobody is asked while it is paused")
        bench.input { $0.unpause(now: $1, &$2) }
        bench = try doubtful(1)
        #expect(bench.input { $0.abort(reason: "no", now: $1, &$2) }.actions == [.finished(.aborted(reason: "no"))])
        #expect(bench.probed(0, [(0, .accepted)]) == Answer())
        #expect(bench.log.audit() == [])
    }

    @Test("evidence settles a crash's claims before anyone is asked, and names the doubt where it cannot")
    func evidence() throws {
        var bench = try MachineBench(4)
        bench.start([smtp(capacity: 4)])
        try bench.crash()
        bench.machine.evidence = [
            0: ClaimEvidence(.accepted, "it was"), 1: ClaimEvidence(.notAccepted, "it was not"),
            2: ClaimEvidence(.unknown, "it may have been"),
        ]
        #expect(
            bench.start([smtp(capacity: 4)])
                == Answer(
                    [
                        .jobStarted(endpoints: ["a"]), .recipient(0, .sent(0, reply: "it was")),
                        .recipient(1, .released(0, reason: "it was not")),
                    ], [.probe(0, [2, 3])]))
        #expect(
            bench.probed(0, [(2, .unknown), (3, .unknown)])
                == Answer(
                    [
                        .recipient(2, .inDoubt(0, reason: "it may have been")),
                        .recipient(3, .inDoubt(0, reason: "the engine ended between claim and outcome")),
                        .recipient(1, .claimed(0)),
                    ], [.deliver(0, generation: 0, [1])]))
        #expect(bench.log.audit() == [])
    }
}
