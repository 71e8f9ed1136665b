import CampaignEngine
import Testing

@testable import CampaignDomain
@testable import campaign

@Suite struct StatusViewTests {
    @Test("status --json has the contract's fields in their order") func shape() throws {
        let summary = Samples.summary(
            .aborted, tally: Samples.tally(pending: 5, sent: 90, failed: 2, skipped: 1, inDoubt: 1, deferred: 1),
            endpointNames: ["smtp://a:25"]
        ) { state in
            state.abortReason = "all gone"
            state.abortIsRecoverable = true
            state.finishedAt = Samples.time
            state.endpoints[0].standing = .removed
            state.endpoints[0].sent = 90
            state.endpoints[0].failures = 3
            state.endpoints[0].lastError = "refused"
        }
        let time = "2026-03-01T09:30:00.123Z"
        let expected =
            #"{"job":1,"key":"spring-2026","name":"Spring sale","state":"aborted","total":100,"sent":90,"failed":2,"#
            + #""skipped":1,"inDoubt":1,"deferred":1,"claimed":0,"pending":5,"createdAt":"\#(time)","#
            + #""startedAt":"\#(time)","finishedAt":"\#(time)","pauseReason":null,"#
            + #""abort":{"reason":"all gone","recoverable":true},"sequence":2,"epoch":1,"#
            + #""endpoints":[{"url":"smtp://a:25","state":"removed","sent":90,"failures":3,"lastError":"refused","#
            + #""pausedUntil":null,"byPerson":false,"limits":{"connections":null,"ratePerHour":null,"weight":null}}]}"#
        #expect(StatusView(summary).json.text == expected)
    }

    @Test("a job that was not aborted has no abort") func notAborted() {
        #expect(StatusView(Samples.summary()).json.text.contains(#""abort":null"#))
    }

    @Test("R4: id, key, name, state, reason, start, finish, M of N and errors are there for people") func report() {
        let summary = Samples.summary(
            .aborted, tally: Samples.tally(pending: 175_786, sent: 58_843, failed: 10), endpointNames: ["dir:a"]
        ) { state in
            state.abortReason = "every endpoint was removed"
            state.abortIsRecoverable = true
            state.finishedAt = Samples.time
            state.endpoints[0].failures = 6
        }
        let text = StatusView(summary).lines(paint: .plain).joined(separator: "\n")
        for part in [
            "job         1", "key         spring-2026", "name        Spring sale", "state       aborted",
            "reason      every endpoint was removed (recoverable)", "started     2026-03-01 09:30:00",
            "finished    2026-03-01 09:30:00", "58853 of 234639 done", "errors      16", "campaign resume spring-2026",
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("R2: a running job without an engine reads interrupted, with how to go on") func interrupted() {
        let view = StatusView(Samples.summary(isEngineRunning: false), journal: "/j")
        #expect(view.json.text.contains(#""state":"interrupted""#))
        #expect(view.hint == "Go on with: campaign run FILE, or campaign resume spring-2026 --journal /j")
    }

    @Test("each state's hint names the command that helps") func hints() {
        func hint(_ phase: JobPhase, inDoubt: UInt32 = 0, recoverable: Bool = false) -> String? {
            StatusView(
                Samples.summary(phase, tally: Samples.tally(inDoubt: inDoubt)) { $0.abortIsRecoverable = recoverable }
            ).hint
        }
        #expect(hint(.running) == nil)
        #expect(hint(.completed) == nil)
        #expect(hint(.completed, inDoubt: 1)?.contains("campaign in-doubt") == true)
        #expect(hint(.paused)?.contains("campaign unpause spring-2026") == true)
        #expect(hint(.aborted)?.contains("new job key") == true)
        #expect(hint(.aborted, recoverable: true)?.contains("campaign run") == true)
    }

    @Test("names from outside cannot steer the terminal") func hostile() {
        let summary = Samples.summary(endpointNames: ["dir:\u{1B}[2J"]) { state in
            state.terms.name = "\u{1B}]0;x\u{7}"
            state.terms.key = "k\u{9B}"
        }
        let lines = StatusView(summary).lines(paint: .plain)
        let isClean = lines.joined().unicodeScalars.allSatisfy { !Sanitised.isUnsafe($0) }
        #expect(isClean)
    }

    @Test("the list of jobs is aligned, and an empty journal says so") func jobs() {
        #expect(JobsCommand.lines([], paint: .plain) == ["The journal holds no job."])
        let lines = JobsCommand.lines([Samples.summary()], paint: .plain)
        #expect(lines.count == 2)
        #expect(lines[1].contains("spring-2026  running"))
    }
}
