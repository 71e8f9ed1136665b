import CampaignSMTP
import NIOCore
import Testing

@Suite("SMTP connection against any server")
struct SMTPConnectionFuzzTests {
    private static let fragments = [
        "220 mx\r\n", "250 Ok\r\n", "250-mx\r\n", "250 PIPELINING\r\n", "250 SIZE 10\r\n", "354 go\r\n", "421 bye\r\n",
        "450 later\r\n", "550 5.1.1 no\r\n", "500 what\r\n", "221 bye\r\n", "2", "5", "-", "\r", "\n", "\u{FFFD}", "x",
    ]

    @Test("whatever arrives: opened once, every message has one result, and nothing is accepted without its final dot")
    func anyReplies() throws {
        var random = SplitMix64(seed: 11)
        var accepted = 0
        var refused = 0
        var notSent = 0
        var inDoubt = 0
        for _ in 0..<3000 {
            let session = try EmbeddedSession()
            var submitted = 0
            var sent = ""
            // A beginning that makes sense leads deeper than noise alone.
            let opening = ["220 mx\r\n", "250-mx\r\n250 PIPELINING\r\n", "250 Ok\r\n250 Ok\r\n354 go\r\n"]
            for step in 0..<24 {
                if step < opening.count, random.next() % 8 != 0 {
                    try session.receive(opening[step])
                } else {
                    switch random.next() % 12 {
                    case 0: session.advance(by: .minutes(Int64(random.next() % 6)))
                    case 1 where random.next() % 4 == 0: session.connection.quit()
                    case 2 where random.next() % 8 == 0: session.connection.abort()
                    default:
                        let fragment = Self.fragments[Int(random.next() % UInt64(Self.fragments.count))]
                        try session.receive(fragment)
                    }
                }
                if session.connection.isReady {
                    try session.submit(FixedMessage())
                    submitted += 1
                }
                sent += try session.sent()
            }
            session.disconnect()
            #expect(session.opened.count == 1)
            #expect(session.results.count == submitted)
            #expect(session.closed.count == (session.opened == [nil] ? 1 : 0))
            let dots = sent.split(separator: "\r\n", omittingEmptySubsequences: false).count { $0 == "." }
            let handedOver = session.results.count {
                switch $0 {
                case .accepted, .inDoubt: true
                case .refused(let refusal): refusal.stage == .finalReply
                case .notSent, .discarded: false
                }
            }
            #expect(handedOver <= dots)
            for result in session.results {
                switch result {
                case .accepted: accepted += 1
                case .refused: refused += 1
                case .notSent, .discarded: notSent += 1
                case .inDoubt: inDoubt += 1
                }
            }
        }
        // The run has been everywhere.
        #expect(accepted > 0 && refused > 0 && notSent > 0 && inDoubt > 0)
    }
}
