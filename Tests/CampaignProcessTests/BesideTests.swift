import Foundation
import Testing

extension ProcessTests {
    /// Other processes beside a running engine.
    @Suite("Beside a running engine", .serialized)
    struct BesideTests {
        @Test("R13, R2: a second engine is refused, readers are welcome, and a killed engine reads as interrupted")
        func readersAndRivals() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(scratch, recipients: 3_000, endpoints: [server.url("connections=4")])
            // Slow enough to last until everybody has had a look.
            let run = try campaign.startRun("--quiet", "--rate", "200")
            try await Eventually.holds("messages under way") { server.quickCount > 20 || !run.isRunning }
            let follower = try campaign.start(["log", "--follow", "--json"])

            let rival = try await campaign.run("--quiet")
            #expect(rival.status == 77, "\(rival)")
            #expect(rival.diagnostics.contains("process \(run.pid) on "), "\(rival)")
            #expect(rival.diagnostics.contains("running since 20"), "\(rival)")

            let running = try await campaign.status()
            #expect(running.state == "running")
            for command in [["audit", "--json"], ["verify", "--json"], ["head", "--json"], ["jobs", "--json"]] {
                let finished = try await campaign.start(command).finished()
                #expect(finished.status == 0, "\(command): \(finished)")
                #expect(finished.output.hasPrefix("{"), "\(command): \(finished)")
            }
            try await expectFollowing(follower)
            try #require(run.isRunning, "\(run.diagnostics)")

            try await run.end()
            let killed = try await campaign.status()
            #expect(killed.state == "interrupted")
            #expect(killed.settled < killed.total)
            let last = try await campaign.run("--quiet", "--rate", "0")
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(last.status == (status.inDoubt > 0 ? 2 : 0), "\(last)")
            try await campaign.expectOneEach(server.accepted)
            try await campaign.expectSound()
            try await expectFollowedToTheEnd(follower)
        }

        /// The follower sees what comes after its start, in order, without a gap.
        private func expectFollowing(_ follower: RunningProcess) async throws {
            try await Eventually.holds("the follower's first events; \(follower.diagnostics)") {
                follower.output.contains("RecipientSent")
            }
            let seen = follower.output.utf8.count
            try await Eventually.holds("further events; \(follower.diagnostics)") {
                follower.output.utf8.count > seen
            }
        }

        private func expectFollowedToTheEnd(_ follower: RunningProcess) async throws {
            try await Eventually.holds("the follower to see the end; \(follower.diagnostics)") {
                follower.output.contains("JobCompleted")
            }
            try await follower.end()
            let events: [EventObject] = try JSONLines.all(follower.output)
            #expect(events.first?.sequence == 1)
            let hasGap = zip(events, events.dropFirst()).contains { $1.sequence != $0.sequence + 1 }
            #expect(!hasGap)
        }
    }
}
