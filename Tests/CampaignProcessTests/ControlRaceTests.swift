import Foundation
import Testing

extension ProcessTests {
    /// Control commands and runs that begin in the same instant, where no engine runs.
    @Suite("Control beside a start", .serialized)
    struct ControlRaceTests {
        @Test("pause and run at the same time: neither is refused because of the other")
        func pauseBesideRun() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch, "--latency", "2")
            let campaign = try TestCampaign(scratch, recipients: 3_000, endpoints: [server.url("connections=4")])
            let first = try campaign.startRun("--quiet")
            try await Eventually.holds("messages under way") { server.quickCount > 50 || !first.isRunning }
            try await first.end()
            for round in 0..<12 {
                // Who is first differs from round to round.
                let early = try round % 2 == 0 ? nil : campaign.startRun("--quiet")
                let pause = try campaign.start(["pause", "--reason", "round \(round)"])
                try await Eventually.moment(.milliseconds(round * 4))
                let run = try early ?? campaign.startRun("--quiet")
                let paused = try await pause.finished()
                #expect(paused.status == 0, "round \(round): \(paused)")
                try await Eventually.holds("the run to be under way or over") {
                    !run.isRunning || FileManager.default.fileExists(atPath: campaign.journal + "/engine.lock")
                }
                let unpaused = try await campaign.command("unpause")
                #expect(unpaused.status == 0, "round \(round): \(unpaused)")
                if run.isRunning { run.send(SIGTERM) }
                let ended = try await run.finished()
                // Ended by a signal before it could take any, stopped or found paused, or done: never refused.
                #expect([0, 2, 75, -SIGTERM].contains(ended.status), "round \(round): \(ended)")
            }
            let last = try await campaign.run("--quiet")
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(last.status == (status.inDoubt > 0 ? 2 : 0), "\(last)")
            try await campaign.expectOneEach(server.accepted)
            try await campaign.expectSound()
        }
    }
}
