import Foundation
import Testing

extension ProcessTests {
    /// A server that none of us wrote: Postfix's test sink.
    @Suite("Postfix's smtp-sink", .serialized)
    struct SMTPSinkTests {
        @Test(
            "R16, R23: every message arrives exactly once and whole: with pipelining, without, and without ESMTP",
            arguments: [[], ["-p"], ["-e"]])
        func delivers(options: [String]) async throws {
            let scratch = try Scratch()
            let sink = try await SMTPSink.start(scratch, options)
            let campaign = try TestCampaign(
                scratch, recipients: 400, endpoints: ["smtp://127.0.0.1:\(sink.port)?connections=8"])
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            try await campaign.expectSound()
            try await sink.end()
            let messages = try sink.messages()
            #expect(messages.count == 400)
            let identifiers = messages.compactMap { message in
                message.split(separator: "\n").first { $0.hasPrefix("Message-ID: <") }
            }
            #expect(Set(identifiers).count == 400)
            for ordinal in 0..<400 {
                let address = TestCampaign.address(ordinal)
                #expect(messages.count { $0.contains("\nTo: \(address)\n") } == 1, "\(address)")
            }
        }
    }
}
