import Testing

@testable import CampaignDomain

/// Drop directories: the message is durable at the endpoint before it is claimed.
@Suite struct PrepareTests {
    @Test("prepare, then claim, then deliver")
    func happyPath() throws {
        var bench = try MachineBench(3)
        #expect(
            bench.start([directory()]) == Answer([.jobStarted(endpoints: ["dir:outbox"])], [.prepare(0, [0, 1])]))
        #expect(bench.state.tally == tally(pending: 3))
        #expect(bench.machine.inFlight == 2)
        #expect(bench.advance() == Answer())
        #expect(
            bench.prepared(0, [0, 1])
                == Answer(
                    [.recipient(0, .claimed(0)), .recipient(1, .claimed(0))], [.deliver(0, generation: 0, [0, 1])]))
        #expect(bench.outcome(0, .ok).actions == [.prepare(0, [2])])
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
        #expect(bench.checked().actions == [.prepare(0, [0])])
        bench.prepared(0, [0])
        #expect(bench.outcome(0, .ok, generation: 1).actions == [.prepare(0, [1, 2])])
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
        #expect(again == Answer())
        #expect(bench.machine.inFlight == 2)
        #expect(bench.outcome(0, .ok).actions == [.prepare(0, [2])])
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
        #expect(bench.prepared(0, [0, 1]) == Answer())
        #expect(bench.machine.inFlight == 0)
        #expect(bench.input { $0.unpause(now: $1, &$2) } == Answer([.jobResumed], [.prepare(0, [0, 1])]))
        #expect(bench.log.audit() == [])
    }

    @Test("a stop between prepare and claim ends the run with nothing claimed")
    func stopBetween() throws {
        var bench = try MachineBench(2)
        bench.start([directory()])
        #expect(bench.input { $0.stop(now: $1, &$2) } == Answer())
        #expect(bench.prepared(0, [0, 1]) == Answer([], [.finished(.stopped)]))
        #expect(bench.state.tally == tally(pending: 2))
    }

    @Test("a deferred recipient that could not be prepared keeps its attempts and its turn")
    func deferredUnprepared() throws {
        var bench = try MachineBench(1)
        bench.start([directory()])
        bench.prepared(0, [0])
        bench.outcome(0, .later)
        #expect(bench.advance(to: 2_000).actions == [.prepare(0, [0])])
        bench.input { $0.unprepared(0, [0], nil, now: $1, &$2) }
        #expect(bench.state.tally == tally(deferred: 1))
        #expect(bench.advance().actions == [.prepare(0, [0])])
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
        #expect(bench.input { $0.unpause(now: $1, &$2) }.actions == [.prepare(0, [0])])
        #expect(bench.log.audit() == [])
    }

    @Test("a claim that a crash left: gone means delivered, still there means deliver again")
    func recovery() throws {
        var bench = try MachineBench(2)
        bench.start([directory()])
        bench.prepared(0, [0, 1])
        try bench.crash()
        #expect(bench.start([directory()]).actions == [.probe(0, [0, 1])])
        #expect(bench.probed(0, [(0, .accepted), (1, .notAccepted)]).actions == [.prepare(0, [1])])
        bench.prepared(0, [1])
        #expect(bench.outcome(1, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }
}
