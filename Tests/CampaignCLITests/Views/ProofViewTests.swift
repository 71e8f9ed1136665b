import CampaignDomain
import Testing

@testable import CampaignEngine
@testable import campaign

@Suite struct ProofViewTests {
    @Test("verify --json has the contract's fields") func verify() {
        let bad = LogVerification(isSound: false, frames: 2, events: 9, head: "ab", firstBad: 10, reason: "hash")
        #expect(
            ProofView.json(bad).text
                == #"{"ok":false,"frames":2,"events":9,"head":"ab","firstBad":10,"reason":"hash"}"#)
        #expect(ProofView.lines(bad, paint: .plain)[0].hasPrefix("The log is bad at event 10: hash."))
        let good = LogVerification(isSound: true, frames: 2, events: 9, head: "ab", firstBad: nil, reason: nil)
        #expect(ProofView.json(good).text.contains(#""ok":true"#))
        #expect(ProofView.json(good).text.contains(#""firstBad":null"#))
    }

    @Test("audit --json lists the violations") func audit() {
        #expect(AuditView(violations: []).json.text == #"{"ok":true,"violations":[]}"#)
        let violation = LawViolation(.noSecondCopy, job: JobID(1), at: 5, "twice")
        #expect(
            AuditView(violations: [violation]).json.text
                == #"{"ok":false,"violations":[{"law":"noSecondCopy","job":1,"ordinal":null,"#
                + #""sequence":5,"sentence":"twice"}]}"#
        )
        #expect(AuditView(violations: [violation]).lines(paint: .plain) == ["noSecondCopy: event 5, job 1: twice"])
    }

    @Test("head --json has sequence and root") func head() {
        let head = JournalHead(sequence: 4, frames: 2, root: "ab", epoch: 1)
        #expect(ProofView.json(head).text == #"{"sequence":4,"root":"ab","frames":2,"epoch":1}"#)
    }

    @Test("a resume point tells what a start would do, and what it would leave alone") func resumePoint() {
        let tally = Samples.tally(pending: 3, sent: 4, inDoubt: 1, deferred: 2)
        let point = ResumePoint(
            summary: Samples.summary(isEngineRunning: false, tally: tally), sequence: 20, next: 5, pending: 3,
            dueNow: 1,
            dueLater: 1, nextDue: Samples.time, claimed: [], inDoubt: [9])
        let view = ResumePointView(point: point)
        #expect(view.sentences.count == 6)
        #expect(view.sentences[0] == "spring-2026 is interrupted after event 20: a start would go on from here.")
        #expect(view.json.text.contains(#""next":5,"pending":3,"dueNow":1,"dueLater":1,"#))
    }

    @Test("a control request's answer says who took it up") func control() {
        let summary = Samples.summary()
        let holder = EngineHolder(processID: 77, host: "h", startedAt: "t")
        #expect(
            ControlSession.json("pause", summary, .takenUp(by: holder)).text
                == #"{"job":1,"key":"spring-2026","request":"pause","inLog":true,"engine":77}"#)
        #expect(ControlSession.json("pause", summary, .queued(for: nil)).text.contains(#""inLog":false,"engine":null"#))
        #expect(ControlSession.sentence("pause", summary, .written).contains("written to the journal"))
    }
}
