import Testing

@testable import CampaignDomain

/// Drop directories: the message is durable at the endpoint before it is claimed.
@Suite struct PrepareTests {
    @Test("prepare, then claim, then deliver")
    func happyPath() throws {
        var bench = try MachineBench(3)
        #expect(
            bench.start([directory()])
                == Answer([.jobStarted(endpoints: ["dir:outbox"])], [.prepare(0, generation: 0, [0, 1])]))
        #expect(bench.state.tally == tally(pending: 3))
        #expect(bench.machine.inFlight == 2)
        #expect(bench.advance() == Answer())
        #expect(
            bench.prepared(0, [0, 1])
                == Answer(
                    [.recipient(0, .claimed(0)), .recipient(1, .claimed(0))], [.deliver(0, generation: 0, [0, 1])]))
        #expect(bench.outcome(0, .ok).actions == [.prepare(0, generation: 0, [2])])
        bench.outcome(1, .ok)
        bench.prepared(0, [2])
        #expect(bench.outcome(2, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }

    @Test("R9: a directory that cannot be written to pauses like any endpoint, and nothing was claimed")
    func unprepared() throws {
        var bench = try MachineBench(3)
        bench.start([directory(retries: 1)])
        let answer = bench.input {
            $0.unprepared(0, [0, 1], EndpointFault(.unavailable, "disk full"), now: $1, &$2)
            $0.advance(now: $1, &$2)
        }
        #expect(answer.events.first == .endpointFailed(0, attempt: 1, retries: 1, reason: "disk full"))
        #expect(bench.state.tally == tally(pending: 3))
        #expect(bench.advance(to: bench.nextWake).actions == [.check(0)])
        #expect(bench.checked().actions == [.prepare(0, generation: 1, [0])])
        bench.prepared(0, [0])
        #expect(bench.outcome(0, .ok, generation: 1).actions == [.prepare(0, generation: 1, [1, 2])])
        #expect(bench.log.audit() == [])
    }

    @Test("a second answer about the same preparation is ignored, whatever it says")
    func answeredTwice() throws {
        var bench = try MachineBench(3)
        bench.start([directory()])
        bench.prepared(0, [0, 1])
        #expect(bench.prepared(0, [0, 1]) == Answer())
        let again = bench.input {
            $0.unprepared(0, [0, 1], EndpointFault(.unavailable, "disk full"), now: $1, &$2)
            $0.unrenderable(0, 1, reason: "no such column", now: $1, &$2)
            $0.prepared(0, [2], now: $1, &$2)
            $0.advance(now: $1, &$2)
        }
        // It must not wait for a claim of what nobody asked it to prepare.
        #expect(again == Answer([], [.discard(0, [2])]))
        #expect(bench.machine.inFlight == 2)
        #expect(bench.outcome(0, .ok).actions == [.prepare(0, generation: 0, [2])])
        bench.outcome(1, .ok)
        bench.prepared(0, [2])
        #expect(bench.outcome(2, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }

    @Test("a pause between prepare and claim: nothing is claimed until it is over, then all is prepared again")
    func pauseBetween() throws {
        var bench = try MachineBench(2)
        bench.start([directory()])
        bench.input { $0.pause(reason: "", now: $1, &$2) }
        #expect(bench.prepared(0, [0, 1]) == Answer([], [.discard(0, [0, 1])]))
        #expect(bench.machine.inFlight == 0)
        #expect(
            bench.input { $0.unpause(now: $1, &$2) } == Answer([.jobResumed], [.prepare(0, generation: 0, [0, 1])]))
        #expect(bench.log.audit() == [])
    }

    @Test("R8: trouble of one connection does not cost what others have prepared, nor count as these messages' own")
    func troubleBetween() throws {
        var bench = try MachineBench(2)
        bench.start([directory(retries: 9)])
        let refused = EndpointFault(.unavailable, "refused")
        bench.outcome(0, .notSent(refused))
        #expect(bench.prepared(0, [1]) == Answer([.recipient(1, .claimed(0))], [.deliver(0, generation: 1, [1])]))
        let released = RecipientChange.released(0, reason: EndpointFault.lost.reason)
        #expect(bench.outcome(1, .notSent(.lost), generation: 1) == Answer([.recipient(1, released)]))
        #expect(bench.machine.drops.isEmpty)
        #expect(bench.log.audit() == [])
    }

    @Test("a stop between prepare and claim ends the run with nothing claimed")
    func stopBetween() throws {
        var bench = try MachineBench(2)
        bench.start([directory()])
        #expect(bench.input { $0.stop(now: $1, &$2) } == Answer())
        #expect(bench.prepared(0, [0, 1]) == Answer([], [.discard(0, [0, 1]), .finished(.stopped)]))
        #expect(bench.state.tally == tally(pending: 2))
    }

    @Test("a deferred recipient that could not be prepared keeps its attempts and its turn")
    func deferredUnprepared() throws {
        var bench = try MachineBench(1)
        bench.start([directory()])
        bench.prepared(0, [0])
        bench.outcome(0, .later)
        #expect(bench.advance(to: 2_000).actions == [.prepare(0, generation: 0, [0])])
        bench.input { $0.unprepared(0, [0], nil, now: $1, &$2) }
        #expect(bench.state.tally == tally(deferred: 1))
        #expect(bench.advance().actions == [.prepare(0, generation: 0, [0])])
        bench.prepared(0, [0])
        #expect(bench.state.attempts(of: 0) == 1)
        #expect(bench.outcome(0, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }

    @Test("a message that cannot be rendered while it is prepared fails with a claim of its own")
    func unrenderable() throws {
        var bench = try MachineBench(2)
        bench.start([directory()])
        #expect(
            bench.input { $0.unrenderable(0, 1, reason: "no such field", now: $1, &$2) }
                == Answer([
                    .recipient(1, .claimed(0)), .recipient(1, .failed(0, .rendering, reply: "no such field")),
                ]))
        bench.prepared(0, [0])
        #expect(bench.outcome(0, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }

    @Test("nothing is claimed while the job is paused, not even to fail")
    func unrenderableWhilePaused() throws {
        var bench = try MachineBench(1)
        bench.start([directory()])
        bench.input { $0.pause(reason: "", now: $1, &$2) }
        #expect(bench.input { $0.unrenderable(0, 0, reason: "no such field", now: $1, &$2) } == Answer())
        #expect(bench.machine.inFlight == 0)
        #expect(bench.input { $0.unpause(now: $1, &$2) }.actions == [.prepare(0, generation: 0, [0])])
        #expect(bench.log.audit() == [])
    }

    @Test("refused before its claim: claim and outcome are one group, and the rest goes on")
    func refusedBeforeClaim() throws {
        var bench = try MachineBench(3)
        bench.start([directory()])
        #expect(
            bench.outcome(0, .failed(.unknownAddress, reply: "550 5.1.1"))
                == Answer(
                    [.recipient(0, .claimed(0)), .recipient(0, .failed(0, .unknownAddress, reply: "550 5.1.1"))],
                    [.prepare(0, generation: 0, [2])]))
        #expect(bench.outcome(1, .later).events.first == .recipient(1, .claimed(0)))
        #expect(bench.state.attempts(of: 1) == 1)
        #expect(bench.state.tally == tally(pending: 1, failed: 1, deferred: 1))
        #expect(bench.log.audit() == [])
    }

    @Test("a connection that is lost before the claim leaves no event of the recipient")
    func lostBeforeClaim() throws {
        var bench = try MachineBench(1)
        bench.start([directory(retries: 1)])
        let answer = bench.outcome(0, .notSent(.down))
        #expect(answer.events.first == .endpointFailed(0, attempt: 1, retries: 1, reason: EndpointFault.down.reason))
        #expect(bench.state.tally == tally(pending: 1))
        #expect(bench.machine.inFlight == 0)
        #expect(bench.advance(to: bench.nextWake).actions == [.check(0)])
        #expect(bench.checked().actions == [.prepare(0, generation: 1, [0])])
        #expect(bench.log.audit() == [])
    }

    @Test("a message that costs three connections before its claim is charged an attempt")
    func dropsBeforeClaim() throws {
        var bench = try MachineBench(1)
        bench.start([directory(retries: 9)])
        for _ in 1..<JobMachine.dropsMax { #expect(bench.outcome(0, .notSent(.lost)).events.isEmpty) }
        #expect(bench.outcome(0, .notSent(.lost)).events.count == 2)
        #expect(bench.state.attempts(of: 0) == 1)
        #expect(bench.log.audit() == [])
    }

    @Test("a connection lost in the turn of the claim: the claim is given back and nothing is delivered")
    func lostInTheTurnOfTheClaim() throws {
        var bench = try MachineBench(1)
        bench.start([directory(retries: 9)])
        let answer = bench.input {
            $0.prepared(0, [0], now: $1, &$2)
            $0.outcome(0, 0, generation: 0, .notSent(.lost), now: $1, &$2)
        }
        #expect(
            answer
                == Answer([
                    .recipient(0, .claimed(0)), .recipient(0, .released(0, reason: EndpointFault.lost.reason)),
                ]))
        #expect(bench.advance().actions == [.prepare(0, generation: 0, [0])])
        #expect(bench.log.audit() == [])
    }

    @Test("refused while the job is paused: nothing is claimed, the next run finds out again")
    func refusedWhilePaused() throws {
        var bench = try MachineBench(1)
        bench.start([directory()])
        bench.input { $0.pause(reason: "", now: $1, &$2) }
        #expect(bench.outcome(0, .failed(.unknownAddress, reply: "550")) == Answer())
        #expect(bench.state.tally == tally(pending: 1))
        #expect(bench.machine.inFlight == 0)
    }

    @Test("a claim that a crash left: gone means delivered, still there means deliver again")
    func recovery() throws {
        var bench = try MachineBench(2)
        bench.start([directory()])
        bench.prepared(0, [0, 1])
        try bench.crash()
        #expect(bench.start([directory()]).actions == [.probe(0, [0, 1])])
        #expect(bench.probed(0, [(0, .accepted), (1, .notAccepted)]).actions == [.prepare(0, generation: 0, [1])])
        bench.prepared(0, [1])
        #expect(bench.outcome(1, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }
}
