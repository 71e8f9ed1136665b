import Foundation
import Testing

extension ProcessTests {
    /// Pause, unpause, abort and signals, from other processes.
    @Suite("Pause, abort, stop", .serialized)
    struct ControlTests {
        private static let recipients = 12_000

        @Test("pause takes effect within a second under full load; unpause goes on; the run finishes")
        func paused() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(scratch, recipients: Self.recipients, endpoints: [server.url()])
            let run = try await runUnderLoad(campaign, server)

            let asked = ContinuousClock.now
            let pause = try await campaign.command("pause", "--reason", "wrong picture")
            #expect(pause.status == 0, "\(pause)")
            #expect(pause.output.contains("pid \(run.pid)"), "\(pause)")
            print("pause returned after \(ContinuousClock.now - asked)")
            try await Eventually.moment(.seconds(1))
            let afterOneSecond = server.quickCount
            let isQuiet = try await Eventually.never(.milliseconds(700)) { server.quickCount != afterOneSecond }
            #expect(isQuiet, "something was sent later than a second after the pause")
            try #require(run.isRunning, "a paused run stays: \(run.diagnostics)")
            let between = try await campaign.status()
            #expect(between.state == "paused")
            #expect(between.pauseReason == "wrong picture")
            #expect(between.settled < between.total)
            #expect(between.claimed == 0)

            let unpause = try await campaign.command("unpause")
            #expect(unpause.status == 0, "\(unpause)")
            let finished = try await run.finished()
            #expect(finished.status == 0, "\(finished)")
            campaign.expectAllSettled(try await campaign.status())
            #expect(try await campaign.expectOneEach(server.accepted).isEmpty)
            try await campaign.expectSound()
        }

        @Test("pause where no engine runs is written to the journal: `run` waits, `resume` goes on")
        func pausedBetweenRuns() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(scratch, recipients: 2_000, endpoints: [server.url()])
            let run = try await runUnderLoad(campaign, server)
            try await run.end()
            let pause = try await campaign.command("pause", "--reason", "between runs")
            #expect(pause.status == 0, "\(pause)")
            #expect(pause.output.contains("no engine runs"), "\(pause)")
            let count = server.count
            let waiting = try await campaign.run("--quiet")
            #expect(waiting.status == 75, "\(waiting)")
            #expect(waiting.output.contains("paused (between runs)"), "\(waiting)")
            #expect(server.count == count)

            let resumed = try await campaign.command("resume", "--quiet")
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(resumed.status == (status.inDoubt > 0 ? 2 : 0), "\(resumed)")
            try await campaign.expectOneEach(server.accepted)
            try await campaign.expectSound()
        }

        @Test("R4: abort ends the job for good, with its reason; run again sends nothing")
        func aborted() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(scratch, recipients: Self.recipients, endpoints: [server.url()])
            let run = try await runUnderLoad(campaign, server)

            let abort = try await campaign.command("abort", "--reason", "the offer has ended")
            #expect(abort.status == 0, "\(abort)")
            let finished = try await run.finished()
            #expect(finished.status == 65, "\(finished)")
            let status = try await campaign.status()
            #expect(status.state == "aborted")
            #expect(status.abort?.reason == "the offer has ended")
            #expect(status.abort?.recoverable == false)
            #expect(status.settled < status.total)
            let count = server.count
            let again = try await campaign.run("--quiet")
            #expect(again.status == 65, "\(again)")
            #expect(server.count == count)
            #expect(status.sent == count)
            try await campaign.expectSound()
        }

        @Test("R26: SIGTERM under load finishes what is under way and exits 75; run again sends the rest")
        func terminated() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(scratch, recipients: Self.recipients, endpoints: [server.url()])
            let run = try await runUnderLoad(campaign, server)
            run.send(SIGTERM)
            // Far from the drain deadline of 30 seconds.
            let stopped = try await run.finished(within: .seconds(20))
            #expect(stopped.status == 75, "\(stopped)")
            let between = try await campaign.status()
            #expect(between.state == "interrupted")
            #expect(between.claimed == 0)
            #expect(between.inDoubt == 0)
            #expect(between.sent == server.count)
            #expect(between.settled < between.total)

            let again = try await campaign.run("--quiet")
            #expect(again.status == 0, "\(again)")
            campaign.expectAllSettled(try await campaign.status())
            #expect(try await campaign.expectOneEach(server.accepted).isEmpty)
            try await campaign.expectSound()
        }

        @Test("R26: with a server that hangs, SIGTERM ends within the drain deadline, and a second one at once")
        func hanging() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let patient = try TestCampaign(scratch, recipients: 4_000, endpoints: [server.url("connections=6")])
            let otherScratch = try Scratch()
            let otherServer = try await RecordingServer.start(otherScratch)
            let impatient = try TestCampaign(
                otherScratch, recipients: 4_000, endpoints: [otherServer.url("connections=6")])
            // Both at once: one of them waits for the whole drain deadline.
            let patientRun = try await runUnderLoad(patient, server)
            server.send(SIGSTOP)
            patientRun.send(SIGTERM)
            let impatientRun = try await runUnderLoad(impatient, otherServer)
            otherServer.send(SIGSTOP)
            impatientRun.send(SIGTERM)
            try await Eventually.holds("the first signal to be taken") { impatientRun.diagnostics.contains("stopping") }
            #expect(impatientRun.isRunning)
            impatientRun.send(SIGTERM)
            // At once, and not when the drain deadline of 30 seconds is over.
            let ended = try await impatientRun.finished(within: .seconds(20))
            #expect(ended.status == 75, "\(ended)")
            otherServer.send(SIGCONT)
            try await expectFinished(impatient, otherServer)

            // The drain deadline is 30 seconds; without it, the server's five minutes would have to pass.
            let drained = try await patientRun.finished(within: .seconds(90))
            #expect(drained.status == 75, "\(drained)")
            server.send(SIGCONT)
            try await expectFinished(patient, server)
        }

        /// Running, some of it sent, most of it not.
        private func runUnderLoad(_ campaign: TestCampaign, _ server: RecordingServer) async throws -> RunningProcess {
            let run = try campaign.startRun()
            try await Eventually.holds("messages under way") { server.quickCount > 400 || !run.isRunning }
            try #require(run.isRunning, "\(run.diagnostics)")
            return run
        }

        private func expectFinished(_ campaign: TestCampaign, _ server: RecordingServer) async throws {
            let again = try await campaign.run("--quiet")
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(again.status == (status.inDoubt > 0 ? 2 : 0), "\(again)")
            #expect(status.inDoubt <= 6)
            try await campaign.expectOneEach(server.accepted)
            try await campaign.expectSound()
        }
    }
}
