import CampaignEngine
import Testing

@testable import CampaignDomain
@testable import campaign

@Suite struct RunReportTests {
    private func report(
        _ ending: JobEnding?, _ phase: JobPhase = .running, inDoubt: UInt32 = 0, wasPaused: Bool = false,
        finishedEarlier: Bool = false
    ) -> RunReport {
        let summary = Samples.summary(phase, tally: Samples.tally(pending: 1, sent: 3, inDoubt: inDoubt)) { state in
            state.finishedAt = phase == .completed ? Samples.time : nil
        }
        let startedAt = Timestamp(milliseconds: Samples.time.milliseconds + (finishedEarlier ? 1 : -1))
        return RunReport(summary: summary, ending: ending, wasPaused: wasPaused, startedAt: startedAt)
    }

    @Test("the exit status follows from the ending and the doubts") func statuses() {
        #expect(report(.completed, .completed).status == .done)
        #expect(report(.completed, .completed, inDoubt: 1).status == .doneWithDoubt)
        #expect(report(.abortedRecoverably(reason: "r"), .aborted).status == .endpointsRemoved)
        #expect(report(.aborted(reason: "r"), .aborted).status == .badInput)
        #expect(report(.stopped).status == .interrupted)
        #expect(report(nil, .paused, wasPaused: true).status == .interrupted)
    }

    @Test("a job that was complete before says so") func completeAlready() {
        #expect(
            report(.completed, .completed, finishedEarlier: true).lines(paint: .plain)[0].contains("complete already"))
        #expect(report(.completed, .completed).lines(paint: .plain)[0].contains(": completed."))
    }

    @Test("a stopped run tells to run again, a paused job to unpause") func hints() {
        #expect(report(.stopped).lines(paint: .plain).last == "Run the same command again to go on.")
        #expect(report(nil, .paused, wasPaused: true).lines(paint: .plain).last?.contains("campaign unpause") == true)
    }

    @Test("once the engine has ended, a job with work left reads interrupted") func interrupted() {
        #expect(report(.stopped).json.text.contains(#""state":"interrupted""#))
    }

    @Test("counts are all there") func counts() {
        let line = report(.stopped).lines(paint: .plain)[0]
        #expect(line == "spring-2026: stopped. 3 of 4 done: 3 sent, 0 failed, 0 skipped, 0 in doubt; 1 to go.")
    }
}
