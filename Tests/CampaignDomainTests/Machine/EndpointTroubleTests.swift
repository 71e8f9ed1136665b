import Testing

@testable import CampaignDomain

/// Direct Mailer's table: pause, retry n times, remove; the last one removed aborts the job.
@Suite struct EndpointTroubleTests {
    private let refused = "connection refused"

    @Test("R8: an endpoint in trouble pauses, is checked, tried with one message, and recovers")
    func recovers() throws {
        var bench = try MachineBench(4)
        bench.start([smtp(capacity: 2)])
        let answer = bench.outcome(0, .notSent(.down))
        guard case .paused(let until) = bench.state.endpoints[0].standing else {
            Issue.record("not paused")
            return
        }
        #expect(
            answer
                == Answer([
                    .recipient(0, .released(0, reason: refused)),
                    .endpointFailed(0, attempt: 1, retries: 2, reason: refused), .endpointPaused(0, until: until),
                ]))
        #expect((900...1_000).contains(until.milliseconds))
        #expect(bench.state.attempts(of: 0) == 0)

        // What was under way before the pause is the same trouble, not a second failure.
        #expect(
            bench.outcome(1, .notSent(.down)) == Answer([.recipient(1, .released(0, reason: refused))]))
        #expect(bench.nextWake == until.milliseconds)
        #expect(bench.advance(to: until.milliseconds - 1) == Answer())
        #expect(bench.advance(to: until.milliseconds) == Answer([], [.check(0)]))
        #expect(bench.advance() == Answer())

        #expect(
            bench.checked()
                == Answer([.recipient(0, .claimed(0))], [.deliver(0, generation: 1, [0])]))
        #expect(bench.checked() == Answer())
        #expect(
            bench.outcome(0, .ok, generation: 1)
                == Answer(
                    [
                        .recipient(0, .sent(0, reply: "250 ok")), .endpointRecovered(0), .recipient(1, .claimed(0)),
                        .recipient(2, .claimed(0)),
                    ], [.deliver(0, generation: 1, [1, 2])]))
        #expect(bench.state.endpoints[0].attempt == 0)
        #expect(bench.log.audit() == [])
    }

    @Test("R8: an endpoint that fails n times is removed and the last one aborts the job recoverably")
    func removed() throws {
        var bench = try MachineBench(2)
        bench.start([smtp(retries: 2)])
        bench.outcome(0, .notSent(.down))
        for attempt: UInt32 in 2...3 {
            #expect(bench.advance(to: bench.nextWake).actions == [.check(0)])
            let answer = bench.checked(0, .down)
            #expect(answer.events.first == .endpointFailed(0, attempt: attempt, retries: 2, reason: refused))
            if attempt == 3 {
                let reason = "every endpoint was removed; the last said: connection refused"
                #expect(
                    Array(answer.events.dropFirst())
                        == [.endpointRemoved(0, reason: refused), .jobAborted(reason: reason, recoverable: true)])
                #expect(answer.actions == [.finished(.abortedRecoverably(reason: reason))])
            }
        }
        #expect(bench.state.phase == .aborted)
        #expect(bench.machine.isFinished)
        #expect(bench.log.audit() == [])
    }

    @Test("R6: the next start restores the endpoints of a recoverably aborted job and goes on")
    func restored() throws {
        var bench = try MachineBench(2)
        bench.start([smtp(retries: 0)])
        bench.outcome(0, .notSent(.down))
        #expect(bench.state.phase == .aborted)
        try bench.crash()
        #expect(
            bench.start([smtp(retries: 0)])
                == Answer(
                    [.jobStarted(endpoints: ["a"]), .endpointRestored(0), .recipient(0, .claimed(0))],
                    [.deliver(0, generation: 0, [0])]))
        #expect(bench.state.endpoints[0].attempt == 0)
        bench.outcome(0, .ok)
        #expect(bench.outcome(1, .ok).actions == [.finished(.completed)])
        #expect(bench.log.audit() == [])
    }

    @Test("R8: of two endpoints one dies, and the other does all the work")
    func oneOfTwo() throws {
        var bench = try MachineBench(4)
        bench.start([smtp("a", retries: 0), smtp("b", retries: 0)])
        let answer = bench.outcome(0, .notSent(.down))
        #expect(answer.events.contains(.endpointRemoved(0, reason: refused)))
        #expect(bench.state.phase == .running)
        #expect(bench.outcome(1, .ok, endpoint: 1).actions == [.deliver(1, generation: 0, [0])])
        bench.outcome(0, .ok, endpoint: 1)
        bench.outcome(2, .ok, endpoint: 1)
        #expect(bench.outcome(3, .ok, endpoint: 1).actions == [.finished(.completed)])
        #expect(bench.state.endpoints.map(\.sent) == [0, 4])
        #expect(bench.log.audit() == [])
    }

    @Test("a hopeless fault removes an endpoint at once, whatever its retries")
    func hopeless() throws {
        var bench = try MachineBench(2)
        bench.start([smtp("a", retries: 99), smtp("b")])
        let answer = bench.outcome(0, .notSent(.never))
        #expect(answer.events.contains(.endpointRemoved(0, reason: "535 5.7.8 no")))
        #expect(bench.state.endpoints[0].standing == .removed)
        #expect(bench.nextWake == nil)
    }

    @Test("lost connections count as strikes: more in a row than there are connections are the endpoint's trouble")
    func strikes() throws {
        var bench = try MachineBench(20)
        bench.start([smtp(capacity: 2)])
        #expect(bench.outcome(0, .notSent(.lost)).events.count == 2)
        bench.outcome(1, .notSent(.lost))
        // An answer between starts the count anew.
        bench.outcome(0, .ok)
        bench.outcome(1, .notSent(.lost))
        bench.outcome(2, .notSent(.lost))
        #expect(bench.state.endpoints[0].failures == 0)
        // Another message than the one that has been lost twice: a third time would be held against that message.
        let other = try #require(bench.state.ordinals(in: .claimed).first { $0 != 1 })
        let third = bench.outcome(other, .notSent(.lost))
        #expect(third.events.contains(.endpointFailed(0, attempt: 1, retries: 2, reason: "connection lost")))
        #expect(bench.state.endpoints[0].failures == 1)
    }

    @Test("R8: one message that servers hang up on fails by itself; it takes neither the endpoint nor the job with it")
    func poisonousMessage() throws {
        var bench = try MachineBench(30)
        bench.start([smtp(capacity: 4, retries: 3)])
        for _ in 0..<10_000 where !bench.machine.isFinished {
            let claimed = bench.state.ordinals(in: .claimed)
            if claimed.isEmpty {
                guard let wake = bench.nextWake else { break }
                bench.advance(to: wake)
                if !bench.state.ordinals(in: .claimed).isEmpty { continue }
                if case .paused = bench.state.endpoints[0].standing { bench.checked(0, nil) }
                continue
            }
            for ordinal in claimed { bench.outcome(ordinal, ordinal == 7 ? .notSent(.lost) : .ok) }
        }
        #expect(bench.state.phase == .completed)
        #expect(bench.state.tally.sent == 29)
        #expect(bench.state.phase(of: 7) == .failed)
    }

    @Test("a trial that fails is the next failure, even by one lost connection")
    func failedTrial() throws {
        var bench = try MachineBench(3)
        bench.start([smtp(capacity: 3)])
        for ordinal: Ordinal in 0..<3 { bench.outcome(ordinal, .notSent(.down)) }
        bench.advance(to: bench.nextWake)
        #expect(bench.checked().actions == [.deliver(0, generation: 1, [0])])
        let answer = bench.outcome(0, .notSent(.lost), generation: 1)
        #expect(answer.events.contains(.endpointFailed(0, attempt: 2, retries: 2, reason: "connection lost")))
    }

    @Test("late news from before a pause is the old trouble: it neither fails a check, nor a trial, nor ends one")
    func lateNews() throws {
        var bench = try MachineBench(6)
        bench.start([smtp(capacity: 4, retries: 1)])
        bench.outcome(0, .notSent(.down))
        bench.advance(to: bench.nextWake)
        #expect(bench.outcome(1, .notSent(.never)) == Answer([.recipient(1, .released(0, reason: "535 5.7.8 no"))]))
        // The trial waits until what is still under way has ended.
        #expect(bench.checked() == Answer())
        #expect(bench.outcome(2, .ok) == Answer([.recipient(2, .sent(0, reply: "250 ok"))]))
        #expect(
            bench.outcome(3, .notSent(.down))
                == Answer(
                    [.recipient(3, .released(0, reason: refused)), .recipient(0, .claimed(0))],
                    [.deliver(0, generation: 1, [0])]))
        #expect(bench.state.endpoints[0].failures == 1)
        #expect(bench.state.endpoints[0].attempt == 1)
        #expect(bench.outcome(0, .ok, generation: 1).events.contains(.endpointRecovered(0)))
        #expect(bench.log.audit() == [])
    }

    @Test("trouble while the job is paused waits for it")
    func whilePaused() throws {
        var bench = try MachineBench(2)
        bench.start([smtp()])
        bench.input { $0.pause(reason: "", now: $1, &$2) }
        bench.outcome(0, .notSent(.down))
        #expect(bench.nextWake == nil)
        #expect(bench.advance(to: 1_000_000) == Answer())
        #expect(bench.input { $0.unpause(now: $1, &$2) } == Answer([.jobResumed], [.check(0)]))
    }

    @Test("an endpoint that the next run does not use is out of it, and its index stays its own")
    func dropped() throws {
        var bench = try MachineBench(3)
        bench.start([smtp("a"), smtp("b")])
        bench.outcome(0, .ok)
        bench.outcome(1, .ok, endpoint: 1)
        bench.outcome(2, .notSent(.lost))
        try bench.crash()
        #expect(bench.start([smtp("c"), smtp("b")]).events.contains(.jobStarted(endpoints: ["c", "b"])))
        #expect(bench.state.endpoints.map(\.name) == ["a", "b", "c"])
        #expect(bench.state.endpoints[0].standing == .removed)
        #expect(bench.log.audit() == [])
    }
}
