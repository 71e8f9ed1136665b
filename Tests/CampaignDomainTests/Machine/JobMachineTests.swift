import Testing

@testable import CampaignDomain

/// Transcripts: what goes in, what comes out.
@Suite struct JobMachineTests {
    @Test("the happy path: claim, deliver, sent, completed")
    func happyPath() throws {
        var bench = try MachineBench(3)
        #expect(
            bench.start([smtp(capacity: 2)])
                == Answer(
                    [.jobStarted(endpoints: ["a"]), .recipient(0, .claimed(0)), .recipient(1, .claimed(0))],
                    [.deliver(0, generation: 0, [0, 1])]))
        #expect(
            bench.outcome(1, .ok)
                == Answer(
                    [.recipient(1, .sent(0, reply: "250 ok")), .recipient(2, .claimed(0))],
                    [.deliver(0, generation: 0, [2])]))
        #expect(bench.outcome(2, .ok) == Answer([.recipient(2, .sent(0, reply: "250 ok"))]))
        #expect(
            bench.outcome(0, .failed(.unknownAddress, reply: "550"))
                == Answer(
                    [
                        .recipient(0, .failed(0, .unknownAddress, reply: "550")),
                        .jobCompleted(tally(sent: 2, failed: 1)),
                    ], [.finished(.completed)]))
        #expect(bench.machine.isFinished)
        #expect(bench.machine.workQueueLength == 0)
        #expect(bench.nextWake == nil)
        #expect(bench.log.audit() == [])
    }

    @Test("an empty list completes at once")
    func emptyList() throws {
        var bench = try MachineBench(0)
        #expect(
            bench.start([smtp()])
                == Answer([.jobStarted(endpoints: ["a"]), .jobCompleted(tally())], [.finished(.completed)]))
    }

    @Test("a completed job's start does nothing but say so, and one aborted for good stays aborted")
    func doneStaysDone() throws {
        var bench = try MachineBench(0)
        bench.start([smtp()])
        try bench.crash()
        #expect(bench.start([smtp()]) == Answer([], [.finished(.completed)]))

        bench = try MachineBench(1)
        bench.start([smtp()])
        bench.outcome(0, .later)
        bench.input { $0.abort(reason: "wrong text", now: $1, &$2) }
        try bench.crash()
        #expect(bench.start([smtp()]) == Answer([], [.finished(.aborted(reason: "wrong text"))]))
    }

    @Test("a job without endpoints aborts recoverably instead of waiting for ever")
    func noEndpoints() throws {
        var bench = try MachineBench(1)
        let reason = "the job has no endpoint"
        #expect(
            bench.start([])
                == Answer(
                    [.jobStarted(endpoints: []), .jobAborted(reason: reason, recoverable: true)],
                    [.finished(.abortedRecoverably(reason: reason))]))
    }

    @Test("several endpoints share the work, and none gets more than its capacity")
    func sharing() throws {
        var bench = try MachineBench(10)
        let answer = bench.start([smtp("a", capacity: 2), smtp("b", capacity: 3)])
        #expect(
            answer.actions == [.deliver(0, generation: 0, [0, 1]), .deliver(1, generation: 0, [2, 3, 4])])
        #expect(bench.machine.inFlight == 5)
        #expect(bench.outcome(3, .ok, endpoint: 1).actions == [.deliver(1, generation: 0, [5])])
        #expect(bench.outcome(0, .ok, endpoint: 0).actions == [.deliver(0, generation: 0, [6])])
        #expect(bench.machine.inFlight == 5)
    }

    @Test("Law 2: a second report of an outcome, a foreign endpoint's or one of a stranger is ignored")
    func duplicateReports() throws {
        var bench = try MachineBench(3)
        bench.start([smtp("a", capacity: 1), smtp("b", capacity: 1)])
        #expect(bench.outcome(0, .ok, endpoint: 1) == Answer())
        #expect(bench.outcome(0, .ok, endpoint: 9) == Answer())
        #expect(bench.outcome(2, .ok) == Answer())
        #expect(bench.outcome(99, .ok) == Answer())
        bench.outcome(0, .ok)
        #expect(bench.outcome(0, .ok) == Answer())
        #expect(bench.outcome(0, .inDoubt(.lost)) == Answer())
        #expect(bench.state.tally == tally(claimed: 2, sent: 1))
        #expect(bench.machine.inFlight == 2)
    }

    @Test("a rate is kept: the machine says when to look again")
    func rate() throws {
        var bench = try MachineBench(3, sampleTerms(ratePerHour: 3_600))
        #expect(bench.start([smtp(capacity: 3)]).actions == [.deliver(0, generation: 0, [0])])
        #expect(bench.nextWake == 1_000)
        #expect(bench.advance(to: 999) == Answer())
        #expect(bench.nextWake == 1_000)
        #expect(bench.advance(to: 1_000).actions == [.deliver(0, generation: 0, [1])])
        #expect(bench.advance(to: 2_000).actions == [.deliver(0, generation: 0, [2])])
        #expect(bench.nextWake == nil)
    }

    // MARK: Control

    @Test("pause claims nothing more, outcomes still come, unpause goes on")
    func pause() throws {
        var bench = try MachineBench(2)
        bench.start([smtp()])
        #expect(bench.input { $0.pause(reason: "lunch", now: $1, &$2) } == Answer([.jobPaused(reason: "lunch")]))
        #expect(bench.input { $0.pause(reason: "again", now: $1, &$2) } == Answer())
        #expect(bench.outcome(0, .ok) == Answer([.recipient(0, .sent(0, reply: "250 ok"))]))
        #expect(bench.advance(to: 1_000_000) == Answer())
        #expect(bench.nextWake == nil)
        #expect(
            bench.input { $0.unpause(now: $1, &$2) }
                == Answer([.jobResumed, .recipient(1, .claimed(0))], [.deliver(0, generation: 0, [1])]))
        #expect(bench.input { $0.unpause(now: $1, &$2) } == Answer())
        bench.outcome(1, .ok)
        #expect(bench.state.phase == .completed)
        #expect(bench.log.audit() == [])
    }

    @Test("a pause outlives the engine: the next start waits, and unpause begins the run")
    func pausedAcrossStart() throws {
        var bench = try MachineBench(2)
        bench.start([smtp()])
        bench.input { $0.pause(reason: "lunch", now: $1, &$2) }
        try bench.crash()
        #expect(bench.start([smtp()]) == Answer())
        #expect(bench.state.phase == .paused)
        #expect(
            bench.input { $0.unpause(now: $1, &$2) }
                == Answer([.jobResumed, .jobStarted(endpoints: ["a"])], [.probe(0, [0])]))
        #expect(bench.probed(0, [(0, .accepted)]).actions == [.deliver(0, generation: 0, [1])])
        bench.outcome(1, .ok)
        #expect(bench.state.phase == .completed)
        #expect(bench.log.audit() == [])
    }

    @Test("abort claims nothing more, and ends when the last outcome is in")
    func abort() throws {
        var bench = try MachineBench(3)
        bench.start([smtp(capacity: 2)])
        #expect(
            bench.input { $0.abort(reason: "wrong text", now: $1, &$2) }
                == Answer([.jobAborted(reason: "wrong text", recoverable: false)]))
        #expect(bench.input { $0.abort(reason: "again", now: $1, &$2) } == Answer())
        #expect(bench.outcome(0, .ok) == Answer([.recipient(0, .sent(0, reply: "250 ok"))]))
        #expect(
            bench.outcome(1, .notSent(.lost))
                == Answer(
                    [.recipient(1, .released(0, reason: "connection lost"))],
                    [.finished(.aborted(reason: "wrong text"))]))
        #expect(bench.log.audit() == [])
    }

    @Test("R26: stop claims nothing more and ends when what is under way has ended")
    func stop() throws {
        var bench = try MachineBench(5)
        bench.start([smtp(capacity: 2)])
        #expect(bench.input { $0.stop(now: $1, &$2) } == Answer())
        #expect(bench.outcome(0, .ok) == Answer([.recipient(0, .sent(0, reply: "250 ok"))]))
        #expect(bench.nextWake == nil)
        #expect(
            bench.outcome(1, .later).actions == [.finished(.stopped)])
        #expect(bench.machine.isFinished)
        #expect(bench.state.phase == .running)
        try bench.crash()
        #expect(bench.start([smtp(capacity: 5)]).actions == [.deliver(0, generation: 0, [2, 3, 4])])
        #expect(bench.log.audit() == [])
    }

    @Test("a stop that finds the last recipient under way completes the job")
    func stopAtTheEnd() throws {
        var bench = try MachineBench(1)
        bench.start([smtp()])
        bench.input { $0.stop(now: $1, &$2) }
        #expect(bench.outcome(0, .ok).actions == [.finished(.completed)])
    }

    @Test("a stop ends a paused job's run at once")
    func stopWhilePaused() throws {
        var bench = try MachineBench(2)
        bench.start([smtp()])
        bench.outcome(0, .later)
        bench.outcome(1, .later)
        bench.input { $0.pause(reason: "", now: $1, &$2) }
        #expect(bench.input { $0.stop(now: $1, &$2) }.actions == [.finished(.stopped)])
    }

    @Test(
        "refusals of the sender in a row pause the job before it burns the list; one acceptance starts the count anew")
    func refusalsInRow() throws {
        let most = JobMachine.refusalsInRowMax
        var bench = try MachineBench(UInt32(2 * most))
        bench.start([smtp()])
        for ordinal in 0..<Ordinal(most - 1) { bench.outcome(ordinal, .failed(.policy, reply: "550 5.7.1")) }
        bench.outcome(Ordinal(most - 1), .ok)
        for ordinal in Ordinal(most)..<Ordinal(2 * most - 2) {
            bench.outcome(ordinal, .failed(.message, reply: "554 5.6.0"))
        }
        // Failures that are the recipient's own neither count nor break the row.
        bench.outcome(Ordinal(2 * most - 2), .failed(.mailboxFull, reply: "552"))
        #expect(bench.state.phase == .running)

        bench = try MachineBench(UInt32(2 * most))
        bench.start([smtp()])
        for ordinal in 0..<Ordinal(most - 1) { bench.outcome(ordinal, .failed(.policy, reply: "550 5.7.1")) }
        let answer = bench.outcome(Ordinal(most - 1), .failed(.policy, reply: "550 5.7.1 no"))
        #expect(answer.actions == [])
        #expect(
            answer.events.last == .jobPaused(reason: "50 refusals of the sender in a row; the last: 550 5.7.1 no"))
        #expect(bench.input { $0.unpause(now: $1, &$2) }.actions.count == 1)
        #expect(bench.log.audit() == [])
    }

    @Test("R18: sent, failed, skipped, deferred, in doubt, claimed and pending add up at every step")
    func counters() throws {
        var bench = try MachineBench(6, sampleTerms(attempts: 2))
        bench.start([smtp(capacity: 4)])
        bench.outcome(0, .ok)
        bench.outcome(1, .failed(.mailboxFull, reply: "552"))
        bench.outcome(2, .later)
        bench.outcome(3, .inDoubt(.lost))
        #expect(bench.state.tally == tally(claimed: 2, sent: 1, failed: 1, inDoubt: 1, deferred: 1))
        #expect(bench.state.tally.total == 6)
    }

    @Test("a reason of any length is cut, so that the log and the live state stay small and equal")
    func longReasons() throws {
        let long = String(repeating: "ä", count: 5_000)
        var bench = try MachineBench(1)
        bench.start([smtp(retries: 0)])
        // The bench compares the live state with the log's after each step.
        bench.outcome(0, .notSent(EndpointFault(.hopeless, long)))
        #expect(bench.state.phase == .aborted)
        #expect((bench.state.endpoints[0].lastError ?? long).utf8.count <= EventEncoder.textSizeMaxBytes)
        #expect((bench.state.abortReason ?? long).utf8.count <= EventEncoder.textSizeMaxBytes)
    }
}
