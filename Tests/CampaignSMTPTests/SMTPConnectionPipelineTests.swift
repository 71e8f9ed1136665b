import CampaignSMTP
import NIOCore
import NIOEmbedded
import Testing

@Suite("SMTP connection: two messages on the way")
struct SMTPConnectionPipelineTests {
    private let ok = Reply(code: 250, text: "Ok")
    private let content = "Subject: hi\r\n\r\n..hidden\r\n.\r\n"
    private let chunk = "BDAT 24 LAST\r\nSubject: hi\r\n\r\n.hidden\r\n"

    private func envelope(_ recipient: String, data: Bool = true) -> String {
        "MAIL FROM:<s@example.com>\r\nRCPT TO:<\(recipient)>\r\n" + (data ? "DATA\r\n" : "")
    }

    @Test("the next envelope leaves in the flush of the content, behind it")
    func behind() throws {
        let session = try EmbeddedSession.ready("PIPELINING")
        let messages = (0..<3).map { _ in FixedMessage() }
        try session.begin(messages[0], to: "a@example.com")
        #expect(try session.sent() == envelope("a@example.com"))
        try session.receive("250 Ok\r\n250 Ok\r\n354 go\r\n")
        #expect(messages[0].awaitedCount == 1)
        #expect(try session.sent() == "")
        try session.begin(messages[1], to: "b@example.com")
        #expect(try session.sent() == "")
        session.connection.releaseContent(of: messages[0])
        #expect(messages[0].beforeTerminatorCount == 1)
        #expect(try session.sent() == content + envelope("b@example.com"))
        try session.receive("250 Ok\r\n250 Ok\r\n250 Ok\r\n354 go\r\n")
        #expect(messages[0].results == [.accepted(ok)])
        #expect(messages[1].awaitedCount == 1 && messages[1].results.isEmpty)
        session.connection.releaseContent(of: messages[1])
        #expect(try session.sent() == content)
        try session.begin(messages[2], to: "c@example.com")
        #expect(try session.sent() == envelope("c@example.com"))
    }

    @Test("by BDAT: as it is, with its size, normalised, and nothing but the next envelope behind it")
    func chunked() throws {
        let session = try EmbeddedSession.ready("PIPELINING", "CHUNKING")
        let message = FixedMessage()
        try session.begin(message, to: "a@example.com")
        #expect(try session.sent() == envelope("a@example.com", data: false))
        try session.receive("250 Ok\r\n250 Ok\r\n")
        let next = FixedMessage("bare\nline\rends.")
        try session.begin(next, to: "b@example.com")
        session.connection.releaseContent(of: message)
        #expect(try session.sent() == chunk + envelope("b@example.com", data: false))
        try session.receive("250 Ok\r\n250 Ok\r\n250 Ok\r\n")
        #expect(message.results == [.accepted(ok)])
        session.connection.releaseContent(of: next)
        #expect(try session.sent() == "BDAT 19 LAST\r\nbare\r\nline\r\nends.\r\n")
    }

    @Test("replies of two messages cut at any byte come to the same", arguments: ["PIPELINING", "CHUNKING"])
    func cutAnywhere(_ kind: String) throws {
        let go = kind == "CHUNKING" ? "" : "354-wait\r\n354 go\r\n"
        let replies = Array("250-Ok\r\n250 Ok\r\n250 Ok\r\n\(go)".utf8)
        let refusals = Array("250 2.0.0 Ok\r\n250 Ok\r\n550-5.1.1 no\r\n550 5.1.1 no\r\n".utf8)
        for cut in 0...replies.count + refusals.count {
            let session = try EmbeddedSession.ready("PIPELINING", kind)
            let first = FixedMessage()
            let second = FixedMessage()
            try session.begin(first)
            try session.begin(second)
            let early = min(cut, replies.count)
            try session.receive(Array(replies[..<early]))
            try session.receive(Array(replies[early...]))
            #expect(first.awaitedCount == 1)
            session.connection.releaseContent(of: first)
            let late = max(0, cut - replies.count)
            try session.receive(Array(refusals[..<late]))
            try session.receive(Array(refusals[late...]))
            if kind != "CHUNKING" { try session.receive("554 5.5.1 none\r\n") }
            #expect(first.results == [.accepted(Reply(code: 250, text: "2.0.0 Ok"))])
            let no = Reply(code: 550, text: "5.1.1 no\n5.1.1 no")
            #expect(second.results == [.refused(Refusal(stage: .recipient, reply: no))], "cut at \(cut)")
        }
    }

    @Test("the content has left but not the envelope behind it: in doubt all the same")
    func cutBehindContent() throws {
        let session = try EmbeddedSession.ready("PIPELINING")
        let first = FixedMessage()
        let second = FixedMessage()
        try session.begin(first)
        try session.begin(second)
        try session.receive("250 Ok\r\n250 Ok\r\n354 go\r\n")
        session.congest(after: 1)
        session.connection.releaseContent(of: first)
        session.disconnect()
        #expect(first.results == [.inDoubt(.connectionLost(.finalReply, reason: nil))])
        #expect(second.results == [.notSent(.connectionLost(.finalReply, reason: nil))])
    }

    @Test("a large message leaves in two parts: while only the first has left it is not sent")
    func largeMessage() throws {
        for (writes, isHandedOver) in [(0, false), (1, false), (2, true), (3, true)] {
            let session = try EmbeddedSession.ready("PIPELINING", "CHUNKING")
            let first = FixedMessage(bytes: Array(repeating: 0x61, count: 100_000))
            let second = FixedMessage()
            try session.begin(first)
            try session.begin(second)
            try session.receive("250 Ok\r\n250 Ok\r\n")
            _ = try session.sent()
            session.congest(after: writes)
            session.connection.releaseContent(of: first)
            #expect(first.beforeTerminatorCount == (writes > 0 ? 1 : 0))
            let sent = try session.sent()
            #expect((sent.count > 100_016) == isHandedOver)
            session.disconnect()
            switch first.results.first {
            case .inDoubt: #expect(isHandedOver)
            case .notSent: #expect(!isHandedOver)
            default: Issue.record("\(first.results)")
            }
        }
        let session = try EmbeddedSession.ready("PIPELINING", "CHUNKING")
        let large = FixedMessage(bytes: Array(repeating: 0x61, count: 100_000))
        try session.begin(large)
        try session.begin(FixedMessage(), to: "b@example.com")
        _ = try session.sent()
        try session.receive("250 Ok\r\n250 Ok\r\n")
        session.connection.releaseContent(of: large)
        let text = String(repeating: "a", count: 100_000)
        #expect(try session.sent() == "BDAT 100002 LAST\r\n\(text)\r\n" + envelope("b@example.com", data: false))
    }

    @Test(
        "discarded after 354: the connection closes without a final dot, and the next message is free to go elsewhere")
    func discard() throws {
        let session = try EmbeddedSession.ready("PIPELINING")
        let first = FixedMessage()
        let second = FixedMessage()
        try session.begin(first)
        try session.begin(second)
        try session.receive("250 Ok\r\n250 Ok\r\n354 go\r\n")
        _ = try session.sent()
        session.connection.discard(first)
        #expect(first.results == [.discarded])
        #expect(second.results == [.notSent(.closedLocally)])
        #expect(try session.sent() == "")
        #expect(!session.channel.isActive)
    }

    @Test("notifications: identity, original recipient and conditions where DSN is offered, nothing where it is not")
    func notifications() throws {
        let terms = TransactionTerms(notify: [.failure, .delay])
        let session = try EmbeddedSession.ready("PIPELINING", "DSN", "SMTPUTF8", terms: terms)
        try session.begin(FixedMessage(), to: "a+b=c@example.com", envelopeID: "key=1")
        #expect(
            try session.sent()
                == "MAIL FROM:<s@example.com> RET=HDRS ENVID=key+3D1\r\n"
                + "RCPT TO:<a+b=c@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.com\r\nDATA\r\n")
        let plain = try EmbeddedSession.ready("PIPELINING", terms: terms)
        try plain.begin(FixedMessage(), to: "a+b=c@example.com", envelopeID: "key")
        #expect(try plain.sent() == envelope("a+b=c@example.com"))
    }

    @Test("both addresses of a refused offer stay out: requiretls without REQUIRETLS sends nothing")
    func requireTLS() throws {
        let session = try EmbeddedSession.ready("PIPELINING", terms: TransactionTerms(requiresTLS: true))
        let message = FixedMessage()
        try session.begin(message)
        #expect(try session.sent() == "")
        guard case .refused(let refusal) = message.results.first else {
            Issue.record("\(message.results)")
            return
        }
        #expect(refusal.reply.enhancedStatusCode == EnhancedStatusCode(5, 7, 30))
    }
}
