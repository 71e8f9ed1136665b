import Testing

@testable import CampaignDomain

@Suite struct DeferralTests {
    @Test("R28: a deferred recipient is tried again when due, without a restart, until its attempts are used up")
    func backoff() throws {
        var bench = try MachineBench(1, sampleTerms(attempts: 3, first: 1_000))
        bench.start([smtp()])
        #expect(bench.state.tally == tally(claimed: 1))

        let first = bench.outcome(0, .later)
        let due = try #require(bench.state.dueTime(of: 0))
        #expect(first == Answer([.recipient(0, .deferred(0, attempt: 1, due: due, reply: "450 later"))]))
        #expect((900...1_000).contains(due.milliseconds))
        #expect(bench.nextWake == due.milliseconds)
        #expect(bench.advance(to: due.milliseconds - 1) == Answer())
        #expect(
            bench.advance(to: due.milliseconds)
                == Answer([.recipient(0, .claimed(0))], [.deliver(0, generation: 0, [0])]))

        bench.outcome(0, .later)
        let second = try #require(bench.state.dueTime(of: 0))
        #expect((1_800...2_000).contains(second.milliseconds - due.milliseconds))
        bench.advance(to: second.milliseconds)
        #expect(
            bench.outcome(0, .later)
                == Answer(
                    [
                        .recipient(0, .failed(0, .attemptsExhausted, reply: "450 later")),
                        .jobCompleted(tally(failed: 1)),
                    ], [.finished(.completed)]))
        #expect(bench.log.audit() == [])
    }

    @Test("what is due goes before what is new, so nobody starves")
    func dueFirst() throws {
        var bench = try MachineBench(4)
        bench.start([smtp()])
        bench.outcome(0, .later)
        bench.now = 10_000
        #expect(bench.outcome(1, .ok).actions == [.deliver(0, generation: 0, [0])])
        #expect(bench.outcome(0, .ok).actions == [.deliver(0, generation: 0, [2])])
    }

    @Test("R28: deferrals survive a crash with their due times and attempts")
    func survives() throws {
        var bench = try MachineBench(2)
        bench.start([smtp()])
        bench.outcome(0, .later)
        bench.outcome(1, .later)
        let due = try #require(bench.state.dueTime(of: 0)?.milliseconds)
        let last = try #require(bench.state.dueTime(of: 1)?.milliseconds)
        try bench.crash()
        #expect(bench.state.attempts(of: 0) == 1)
        #expect(bench.start([smtp()]) == Answer([.jobStarted(endpoints: ["a"])]))
        #expect(bench.nextWake == min(due, last))
        bench.advance(to: max(due, last))
        #expect(bench.state.tally == tally(claimed: 1, deferred: 1))
        #expect(bench.log.audit() == [])
    }

    @Test("the due time is a function of the log: two machines decide alike")
    func deterministic() throws {
        var times: [Timestamp?] = []
        for _ in 0..<2 {
            var bench = try MachineBench(5)
            bench.start([smtp(capacity: 5)])
            bench.outcome(4, .later)
            times.append(bench.state.dueTime(of: 4))
        }
        #expect(times[0] == times[1])
    }

    @Test("R27: the work queue's length counts who waits, and returns to zero")
    func workQueue() throws {
        var bench = try MachineBench(3, sampleTerms(attempts: 2))
        #expect(bench.machine.workQueueLength == 3)
        bench.start([smtp(capacity: 3)])
        #expect(bench.machine.workQueueLength == 3)
        bench.outcome(0, .later)
        #expect(bench.machine.workQueueLength == 3)
        bench.outcome(1, .ok)
        bench.outcome(2, .notSent(.lost))
        #expect(bench.machine.workQueueLength == 2)
        bench.outcome(2, .ok)
        bench.advance(to: 2_000)
        bench.outcome(0, .later)
        #expect(bench.machine.workQueueLength == 0)
        #expect(bench.machine.inFlight == 0)
        #expect(bench.state.phase == .completed)
    }

    @Test("a run may decide otherwise about attempts and rate than the job's terms")
    func runOptions() throws {
        var bench = try MachineBench(2)
        let retry = RetryPolicy(attempts: 1, firstMilliseconds: 1)
        try bench.crash(RunOptions(ratePerHour: 3_600, retry: retry))
        #expect(bench.start([smtp(capacity: 2)]).actions == [.deliver(0, generation: 0, [0])])
        #expect(bench.nextWake == 1_000)
        #expect(
            bench.outcome(0, .later).events == [.recipient(0, .failed(0, .attemptsExhausted, reply: "450 later"))])
        #expect(bench.state.terms == sampleTerms())
    }
}
