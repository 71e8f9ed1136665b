import Foundation
import Testing

extension ProcessTests {
    /// The server takes a message and cuts the connection before it says so.
    @Suite("Connections cut after the final dot", .serialized)
    struct DoubtTests {
        private static let recipients = 1_000
        private static let dropEvery = 97

        @Test("R12: those are in doubt, held and named; nobody else is affected; exit 2")
        func held() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(
                scratch, "--drop-after-dot-every", "\(Self.dropEvery)")
            let campaign = try TestCampaign(
                scratch, recipients: Self.recipients,
                endpoints: [server.url("connections=4&retries=20&retry-interval=50ms")])
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 2, "\(finished)")

            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(status.inDoubt == Self.recipients / Self.dropEvery)
            #expect(status.sent == Self.recipients - status.inDoubt)
            let accepted = server.accepted
            // All of them were taken in by the server: nobody is missing, nobody was sent a second copy.
            #expect(try await campaign.expectOneEach(accepted).isEmpty)
            let cut = stride(from: Self.dropEvery - 1, to: accepted.count, by: Self.dropEvery).map {
                accepted[$0].address
            }
            #expect(Set(try await campaign.doubts().map(\.address)) == Set(cut))
            try await campaign.expectSound()

            let again = try await campaign.run("--quiet")
            #expect(again.status == 2, "\(again)")
            #expect(server.accepted.count == accepted.count)
        }

        @Test("R12: with `--in-doubt resend` they are sent again, under the same Message-ID")
        func resent() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(
                scratch, "--drop-after-dot-every", "\(Self.dropEvery)")
            let campaign = try TestCampaign(
                scratch, recipients: Self.recipients,
                endpoints: [server.url("connections=4&retries=20&retry-interval=50ms")])
            let finished = try await campaign.run("--quiet", "--in-doubt", "resend")
            #expect(finished.status == 0, "\(finished)")

            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(status.sent == Self.recipients)
            let copies = Dictionary(grouping: server.accepted, by: \.address)
            #expect(Set(copies.keys) == campaign.addresses)
            let twice = copies.values.filter { $0.count > 1 }
            #expect(twice.count >= Self.recipients / Self.dropEvery)
            #expect(copies.values.allSatisfy { Set($0.map(\.key)).count == 1 }, "a copy under another Message-ID")
            #expect(Set(server.accepted.map(\.key)).count == Self.recipients)
            try await campaign.expectSound()
        }
    }
}
