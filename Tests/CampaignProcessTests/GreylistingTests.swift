import Foundation
import Testing

extension ProcessTests {
    /// A server that says "not now" to everyone at first.
    @Suite("Greylisting", .serialized)
    struct GreylistingTests {
        @Test("R28: deferred recipients come back when due, without a restart, and are sent")
        func deferred() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch, "--defer-first", "2")
            let campaign = try TestCampaign(
                scratch, recipients: 500, endpoints: [server.url("connections=8")],
                manifest: "retry: { attempts: 5, first: 200ms, factor: 2, cap: 1s }")
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(status.sent == 500)
            #expect(try await campaign.expectOneEach(server.accepted).isEmpty)
            let deferrals = try await campaign.events("RecipientDeferred")
            #expect(deferrals.count == 1_000)
            #expect(Dictionary(grouping: deferrals, by: \.address).values.allSatisfy { $0.count == 2 })
            // Nobody's fault but the recipients': the endpoint was never in trouble.
            #expect(try await campaign.events("EndpointFailed").isEmpty)
            try await campaign.expectSound()
        }
    }
}
