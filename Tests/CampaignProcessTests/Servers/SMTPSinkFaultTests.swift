import Foundation
import Testing

extension ProcessTests {
    /// A server that none of us wrote does wrong on every connection: each campaign ends as the table of replies says.
    @Suite("Postfix's smtp-sink, faulty", .serialized)
    struct SMTPSinkFaultTests {
        enum Ending {
            /// Everyone is sent to.
            case sent
            /// Everyone has failed: at once, or after all attempts.
            case failed
            /// Nobody is charged anything for good: the endpoint was removed.
            case removed
            /// Nobody is sent to; how many are held for failed depends on who comes to lose how many connections.
            case nobody
            /// Nobody is sent to, as far as can be known.
            case doubted
        }

        struct Fault: CustomTestStringConvertible, Sendable {
            var options: [String]
            var ending: Ending
            var query = ""
            var scheme = "smtp"
            var testDescription: String { (options + [query, "→ \(ending)"]).joined(separator: " ") }
        }

        private static let later = ["-b", "450 4.2.0 later"]

        static let faults: [Fault] =
            [
                Fault(options: ["-8", "-N", "-E"], ending: .sent), Fault(options: ["-P"], ending: .sent),
                Fault(options: ["-L"], ending: .sent, scheme: "lmtp"),
                Fault(options: ["-f", "EHLO"], ending: .sent),
                // Whoever finds no place waits for those who have one, and nobody is charged.
                Fault(options: ["-m", "2"], ending: .sent, query: "&connections=6&slow-start=off&timeout=5s"),
                Fault(options: ["-f", "RCPT"], ending: .failed), Fault(options: ["-f", "DATA"], ending: .failed),
                Fault(options: ["-f", "."], ending: .failed),
                Fault(options: ["-r", "RCPT"] + later, ending: .failed),
                Fault(options: ["-r", "DATA"] + later, ending: .failed),
                Fault(options: ["-r", "."] + later, ending: .failed),
                Fault(options: ["-f", "MAIL", "-B", "550 5.7.1 not from you"], ending: .failed),
                Fault(options: ["-f", "RCPT", "-B", "550 5.1.1 nobody"], ending: .failed),
                Fault(options: ["-f", "EHLO,HELO"], ending: .removed),
                Fault(options: ["-f", "CONNECT"], ending: .removed),
                Fault(options: ["-f", "MAIL"], ending: .removed), Fault(options: ["-r", "MAIL"], ending: .removed),
                Fault(options: ["-r", "RCPT"], ending: .removed), Fault(options: ["-r", "."], ending: .removed),
                Fault(options: ["-f", "MAIL", "-B", "530 5.7.0 who are you"], ending: .removed),
                Fault(options: ["-q", "CONNECT"], ending: .removed), Fault(options: ["-q", "EHLO"], ending: .removed),
                Fault(options: ["-q", "MAIL"], ending: .nobody), Fault(options: ["-q", "RCPT"], ending: .nobody),
                Fault(options: ["-q", "DATA"], ending: .nobody), Fault(options: ["-A", "0"], ending: .nobody),
                Fault(options: ["-W", "MAIL:60"], ending: .nobody, query: "&timeout=100ms"),
                Fault(options: ["-q", "."], ending: .doubted),
            ] + ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."].map { Fault(options: ["-Q", $0], ending: .removed) }

        @Test("as the table says", arguments: faults)
        func ends(fault: Fault) async throws {
            let scratch = try Scratch()
            let sink = try await SMTPSink.start(scratch, fault.options)
            let own = fault.query.contains("connections") ? "" : "connections=2&"
            let campaign = try TestCampaign(
                scratch, recipients: 20,
                endpoints: [
                    "\(fault.scheme)://127.0.0.1:\(sink.port)?\(own)retries=2&retry-interval=20ms\(fault.query)"
                        .replacing("?&", with: "?")
                ], manifest: "retry: { attempts: 2, first: 10ms, factor: 1, cap: 10ms }")
            let finished = try await campaign.run("--quiet")
            let status = try await campaign.status()
            let story = "\(finished) \(status)"
            switch fault.ending {
            case .sent:
                #expect(finished.status == 0 && status.sent == 20, "\(story)")
                #expect(try await campaign.events("EndpointFailed", "RecipientDeferred").isEmpty)
            case .failed: #expect(finished.status == 0 && status.failed == 20, "\(story)")
            case .removed:
                #expect(finished.status == 69 && status.pending == 20, "\(story)")
                #expect(try await campaign.events("RecipientDeferred").isEmpty)
            case .nobody: #expect([0, 2, 69].contains(finished.status) && status.sent == 0, "\(story)")
            case .doubted:
                #expect([2, 69].contains(finished.status) && status.inDoubt > 0, "\(story)")
                #expect(status.inDoubt + status.pending == 20, "\(story)")
            }
            if fault.ending != .nobody, fault.ending != .doubted { #expect(status.inDoubt == 0, "\(story)") }
            try await campaign.expectSound()
            try await sink.end()
            // Whoever is sent to has one message there, nobody has two; but for those that it has refused, which it dumps too.
            guard fault.ending == .sent || fault.ending == .doubted else { return }
            let arrived = try sink.messages().compactMap { message in
                message.split(separator: "\n").first { $0.hasPrefix("To: ") }
            }
            #expect(Set(arrived).count == arrived.count)
            if fault.ending == .sent { #expect(arrived.count == 20) }
        }
    }
}
