import Testing

@testable import CampaignDomain

@Suite struct DoubtTests {
    @Test("Law 3: under hold a doubt is listed and no second copy is sent")
    func hold() throws {
        var bench = try MachineBench(2)
        bench.start([smtp()])
        #expect(
            bench.outcome(0, .inDoubt(.lost))
                == Answer(
                    [.recipient(0, .inDoubt(0, reason: "connection lost")), .recipient(1, .claimed(0))],
                    [.deliver(0, generation: 0, [1])]))
        #expect(
            bench.outcome(1, .ok)
                == Answer(
                    [.recipient(1, .sent(0, reply: "250 ok")), .jobCompleted(tally(sent: 1, inDoubt: 1))],
                    [.finished(.completed)]))
        #expect(bench.state.ordinals(in: .inDoubt) == [0])
    }

    @Test("under resend a doubt is named, resolved by the policy, and tried again: at most as often as attempts allow")
    func resend() throws {
        var bench = try MachineBench(1, sampleTerms(attempts: 3, inDoubt: .resend))
        bench.start([smtp(capacity: 9)])
        let again = Answer(
            [
                .recipient(0, .inDoubt(0, reason: "connection lost")),
                .recipient(0, .inDoubtResolved(.resend, evidence: "the run's in-doubt policy")),
                .recipient(0, .claimed(0)),
            ], [.deliver(0, generation: 0, [0])])
        #expect(bench.outcome(0, .inDoubt(.lost)) == again)
        #expect(bench.outcome(0, .inDoubt(.lost)) == again)
        #expect(
            bench.outcome(0, .inDoubt(.lost))
                == Answer(
                    [.recipient(0, .inDoubt(0, reason: "connection lost")), .jobCompleted(tally(inDoubt: 1))],
                    [.finished(.completed)]))
        #expect(bench.log.audit() == [])
    }

    @Test("Law 3: after an abort for good a doubt stays named, whatever the policy")
    func resendAfterAbort() throws {
        var bench = try MachineBench(1, sampleTerms(inDoubt: .resend))
        bench.start([smtp()])
        bench.input { $0.abort(reason: "stop it", now: $1, &$2) }
        #expect(
            bench.outcome(0, .inDoubt(.lost))
                == Answer(
                    [.recipient(0, .inDoubt(0, reason: "connection lost"))], [.finished(.aborted(reason: "stop it"))]))
    }

    @Test("a doubt is the endpoint's trouble too")
    func strikes() throws {
        var bench = try MachineBench(9)
        bench.start([smtp(capacity: 1)])
        bench.outcome(0, .inDoubt(.lost))
        #expect(
            bench.outcome(1, .inDoubt(.lost)).events.contains(
                .endpointFailed(0, attempt: 1, retries: 2, reason: "connection lost")))
    }

    @Test("a person resolves a doubt: sent, not sent or resend; nobody else can be resolved")
    func resolve() throws {
        var bench = try MachineBench(4)
        bench.start([smtp()])
        for ordinal: Ordinal in 0..<3 { bench.outcome(ordinal, .inDoubt(.lost), generation: UInt32(ordinal / 2)) }
        var taken: [Bool] = []
        let answer = bench.input {
            taken.append($0.resolve(0, .sent, evidence: "they said so", now: $1, &$2))
            taken.append($0.resolve(1, .notSent, evidence: "server's log", now: $1, &$2))
            taken.append($0.resolve(1, .notSent, evidence: "twice", now: $1, &$2))
            taken.append($0.resolve(99, .sent, evidence: "stranger", now: $1, &$2))
        }
        #expect(taken == [true, true, false, false])
        #expect(
            answer.events == [
                .recipient(0, .inDoubtResolved(.sent, evidence: "they said so")),
                .recipient(1, .inDoubtResolved(.notSent, evidence: "server's log")),
            ])
        #expect(bench.state.phase(of: 0) == .sent)
        #expect(bench.state.phase(of: 1) == .pending)
        #expect(bench.log.audit() == [])
    }

    @Test("Law 2: what a person found out about one delivery does not settle a later doubt of the same recipient")
    func staleDecision() throws {
        var bench = try MachineBench(2)
        bench.start([smtp()])
        bench.outcome(0, .inDoubt(.lost))
        let known = bench.state.doubtsNamed
        #expect(known == 1)
        bench.input {
            _ = $0.resolve(0, .notSent, evidence: "server's log", knowing: known, now: $1, &$2)
            $0.advance(now: $1, &$2)
        }
        bench.outcome(1, .ok)
        bench.outcome(0, .inDoubt(.lost))
        var taken: [Bool] = []
        bench.input {
            taken.append($0.resolve(0, .notSent, evidence: "the same, late", knowing: known, now: $1, &$2))
            taken.append($0.resolve(0, .sent, evidence: "looked again", knowing: known + 1, now: $1, &$2))
        }
        #expect(taken == [false, true])
        #expect(bench.state.phase(of: 0) == .sent && bench.log.audit() == [])
    }

    @Test("a doubt that is resolved to not sent is sent by the same run")
    func resolvedIsSent() throws {
        var bench = try MachineBench(2)
        bench.start([smtp()])
        bench.outcome(0, .inDoubt(.lost))
        bench.input {
            _ = $0.resolve(0, .notSent, evidence: "", now: $1, &$2)
            $0.advance(now: $1, &$2)
        }
        #expect(bench.outcome(1, .ok).actions == [.deliver(0, generation: 0, [0])])
        #expect(bench.outcome(0, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }

    @Test("a doubt resolved after completion opens the job for the next run")
    func reopens() throws {
        var bench = try MachineBench(1)
        bench.start([smtp()])
        bench.outcome(0, .inDoubt(.lost))
        #expect(bench.state.phase == .completed)
        try bench.crash()
        bench.input { _ = $0.resolve(0, .resend, evidence: "please", now: $1, &$2) }
        #expect(bench.state.phase == .running)
        #expect(bench.start([smtp()]).actions == [.deliver(0, generation: 0, [0])])
        #expect(bench.outcome(0, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }

    @Test("a run that resends opens a completed job for its doubts, once per attempt; a run that holds does not")
    func runOption() throws {
        var bench = try MachineBench(2, sampleTerms(attempts: 2))
        bench.start([smtp(capacity: 2)])
        bench.outcome(0, .inDoubt(.lost))
        bench.outcome(1, .ok)
        try bench.crash()
        #expect(bench.start([smtp()]) == Answer([], [.finished(.completed)]))
        try bench.crash(RunOptions(inDoubt: .resend))
        #expect(
            bench.start([smtp()])
                == Answer(
                    [
                        .recipient(0, .inDoubtResolved(.resend, evidence: "the run's in-doubt policy")),
                        .jobStarted(endpoints: ["a"]), .recipient(0, .claimed(0)),
                    ], [.deliver(0, generation: 0, [0])]))
        bench.outcome(0, .inDoubt(.lost))
        #expect(bench.state.tally == tally(sent: 1, inDoubt: 1))
        try bench.crash(RunOptions(inDoubt: .resend))
        #expect(bench.start([smtp()]) == Answer([], [.finished(.completed)]))
        #expect(bench.log.audit() == [])
    }

    @Test("a run that resends takes up the doubts of an unfinished job before it goes on")
    func runOptionMidway() throws {
        var bench = try MachineBench(3)
        bench.start([smtp()])
        bench.outcome(0, .inDoubt(.lost))
        bench.outcome(1, .ok)
        try bench.crash(RunOptions(inDoubt: .resend))
        #expect(bench.start([smtp()]).actions == [.probe(0, [2])])
        #expect(bench.probed(0, [(2, .accepted)]).actions == [.deliver(0, generation: 0, [0])])
        #expect(bench.outcome(0, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }
}
