import Foundation
import Testing

extension ProcessTests {
    /// A server dies in the middle of a campaign.
    @Suite("Servers that die", .serialized)
    struct ServerDeathTests {
        private static let recipients = 3_000

        @Test("R8, R28: it comes back within the retries, and the campaign goes on by itself")
        func comesBack() async throws {
            let scratch = try Scratch()
            let first = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(
                scratch, recipients: Self.recipients,
                endpoints: [first.url("connections=10&retries=20&retry-interval=200ms")])
            let run = try campaign.startRun("--quiet")
            try await Eventually.holds("messages under way") { first.quickCount > 200 || !run.isRunning }
            try #require(run.isRunning, "\(run.diagnostics)")
            try await first.end()
            try await waitForEvent("EndpointFailed", campaign)
            #expect(run.isRunning)
            let second = try await RecordingServer.start(scratch, port: first.port)

            let finished = try await run.finished()
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(finished.status == (status.inDoubt > 0 ? 2 : 0), "\(finished)")
            #expect(status.inDoubt <= 10)
            #expect(status.failed == 0)
            // Both servers write into the same record.
            try await campaign.expectOneEach(second.accepted)
            #expect(try await !campaign.events("EndpointRecovered").isEmpty)
            #expect(try await campaign.events("EndpointRemoved", "JobAborted").isEmpty)
            try await campaign.expectSound()
        }

        @Test(
            "R6, R8: it does not: the endpoint is removed, the job aborted, exit 69; with the server back `run` goes on"
        )
        func staysAway() async throws {
            let scratch = try Scratch()
            let first = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(
                scratch, recipients: Self.recipients,
                endpoints: [first.url("connections=10&retries=2&retry-interval=100ms")])
            let run = try campaign.startRun("--quiet")
            try await Eventually.holds("messages under way") { first.quickCount > 200 || !run.isRunning }
            try #require(run.isRunning, "\(run.diagnostics)")
            try await first.end()
            let finished = try await run.finished()
            #expect(finished.status == 69, "\(finished)")

            let events = try await campaign.events("EndpointFailed", "EndpointRemoved", "JobAborted")
            #expect(events.filter { $0.type == "EndpointFailed" }.count >= 3)
            #expect(events.filter { $0.type == "EndpointRemoved" }.count == 1)
            let aborted = try #require(events.last)
            #expect(aborted.type == "JobAborted")
            #expect(aborted.recoverable == true)
            let between = try await campaign.status()
            #expect(between.state == "aborted")
            #expect(between.abort?.recoverable == true)
            #expect(between.endpoints.map(\.state) == ["removed"])
            #expect(between.pending + between.deferred > 0)

            let second = try await RecordingServer.start(scratch, port: first.port)
            let again = try await campaign.run("--quiet")
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(again.status == (status.inDoubt > 0 ? 2 : 0), "\(again)")
            try await campaign.expectOneEach(second.accepted)
            try await campaign.expectSound()
        }

        @Test("R8: of two servers one dies: the other finishes")
        func otherFinishes() async throws {
            let scratch = try Scratch()
            let dying = try await RecordingServer.start(scratch, record: "dying.txt", "--latency", "5")
            let staying = try await RecordingServer.start(scratch, record: "staying.txt", "--latency", "5")
            let options = "connections=5&retries=1&retry-interval=100ms"
            let campaign = try TestCampaign(
                scratch, recipients: 1_500, endpoints: [dying.url(options), staying.url(options)])
            let run = try campaign.startRun("--quiet")
            try await Eventually.holds("messages under way") {
                (dying.quickCount > 100 && staying.quickCount > 100) || !run.isRunning
            }
            try #require(run.isRunning, "\(run.diagnostics)")
            try await dying.end()

            let finished = try await run.finished()
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(finished.status == (status.inDoubt > 0 ? 2 : 0), "\(finished)")
            #expect(status.inDoubt <= 5)
            try await campaign.expectOneEach(dying.accepted + staying.accepted)
            #expect(try await campaign.events("EndpointRemoved").count == 1)
            #expect(try await campaign.events("JobAborted").isEmpty)
            try await campaign.expectSound()
        }

        private func waitForEvent(_ type: String, _ campaign: TestCampaign) async throws {
            let follower = try campaign.start(["log", "--follow", "--json", "--type", type])
            try await Eventually.holds("\(type) in the log; \(follower.diagnostics)") { follower.output.contains(type) }
            try await follower.end()
        }
    }
}
