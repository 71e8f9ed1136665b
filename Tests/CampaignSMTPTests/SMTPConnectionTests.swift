import CampaignSMTP
import NIOCore
import NIOEmbedded
import Testing

@Suite("SMTP connection")
struct SMTPConnectionTests {
    private let ok = Reply(code: 250, text: "Ok")
    private let content = "Subject: hi\r\n\r\n..hidden\r\n.\r\n"

    @Test("session, two pipelined messages, QUIT: bytes as the RFC wants them, one write per group")
    func pipelined() throws {
        let session = try EmbeddedSession()
        try session.receive("220 mx\r\n")
        #expect(try session.sent() == "EHLO client.example\r\n")
        try session.receive("250-mx\r\n250-PIPELINING\r\n250 SIZE 1000\r\n")
        #expect(session.opened == [nil])
        #expect(session.connection.isReady)
        let message = FixedMessage()
        for count in 1...2 {
            try session.submit(message)
            let group = try session.channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) }
            #expect(group == "MAIL FROM:<s@example.com> SIZE=24\r\nRCPT TO:<r@example.com>\r\nDATA\r\n")
            #expect(message.beforeTerminatorCount == count - 1)
            try session.receive("250 Ok\r\n250 Ok\r\n354 go\r\n")
            #expect(message.beforeTerminatorCount == count)
            #expect(message.writeCount == count)
            #expect(try session.channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } == content)
            try session.receive("250 Ok\r\n")
            #expect(session.results == Array(repeating: .accepted(ok), count: count))
        }
        session.connection.quit()
        #expect(try session.sent() == "QUIT\r\n")
        try session.receive("221 bye\r\n")
        #expect(session.closed == [nil])
        #expect(!session.channel.isActive)
        #expect(session.connection.bytesSent == 21 + 2 * (66 + 28) + 6)
        #expect(session.connection.bytesReceived == 8 + 39 + 2 * 32 + 9)
    }

    @Test("without PIPELINING every command waits for its reply")
    func stepwise() throws {
        let session = try EmbeddedSession.ready()
        try session.submit(FixedMessage())
        #expect(try session.sent() == "MAIL FROM:<s@example.com>\r\n")
        try session.receive("250 Ok\r\n")
        #expect(try session.sent() == "RCPT TO:<r@example.com>\r\n")
        try session.receive("250 Ok\r\n")
        #expect(try session.sent() == "DATA\r\n")
        try session.receive("354 go\r\n")
        #expect(try session.sent() == content)
        try session.receive("250 Ok\r\n")
        #expect(session.results == [.accepted(ok)])
    }

    @Test("replies may arrive byte by byte")
    func byteByByte() throws {
        let session = try EmbeddedSession.ready("PIPELINING")
        try session.submit(FixedMessage())
        for byte in "250 Ok\r\n250-a\r\n250 b\r\n354 go\r\n250 Ok\r\n".utf8 { try session.receive([byte]) }
        #expect(session.results == [.accepted(ok)])
    }

    @Test("BODY=8BITMIME only for a message that has 8-bit bytes")
    func eightBit() throws {
        let session = try EmbeddedSession.ready("8BITMIME")
        try session.submit(FixedMessage("gr\u{FC}n"))
        #expect(try session.sent() == "MAIL FROM:<s@example.com> BODY=8BITMIME\r\n")
        try session.receive("550 no\r\n")
        try session.submit(FixedMessage("green"))
        #expect(try session.sent() == "MAIL FROM:<s@example.com>\r\n")
    }

    @Test("a non-ASCII address without SMTPUTF8 fails alone, later, and without a byte on the wire")
    func smtpUTF8() throws {
        let session = try EmbeddedSession.ready()
        let message = FixedMessage()
        try session.submit(message, to: "m\u{FC}ller@example.com")
        guard case .refused(let refusal) = session.results.first else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.stage == .envelope)
        #expect(try session.sent() == "")
        #expect(message.beforeTerminatorCount == 0)
        #expect(session.connection.isReady)

        let able = try EmbeddedSession.ready("SMTPUTF8")
        try able.submit(message, to: "m\u{FC}ller@example.com")
        #expect(try able.sent() == "MAIL FROM:<s@example.com> SMTPUTF8\r\n")
        try able.receive("250 Ok\r\n")
        #expect(try able.sent() == "RCPT TO:<m\u{FC}ller@example.com>\r\n")
    }

    @Test("thousands of local refusals in a row do not recurse")
    func localRefusalsInARow() throws {
        let session = try EmbeddedSession.ready("SIZE 1")
        let transaction = SMTPTransaction(
            sender: .null,
            recipient: try EnvelopePath("r@example.com"),
            source: FixedMessage()
        )
        var remaining = 30_000
        func next() {
            guard remaining > 0 else { return }
            remaining -= 1
            session.connection.submit(transaction) { _ in next() }
        }
        next()
        session.channel.embeddedEventLoop.run()
        #expect(remaining == 0)
    }

    @Test("354 after a refused recipient is ended with an empty message")
    func emptyMessage() throws {
        let session = try EmbeddedSession.ready("PIPELINING")
        let message = FixedMessage()
        try session.submit(message)
        _ = try session.sent()
        try session.receive("250 Ok\r\n550 5.1.1 unknown\r\n354 go\r\n")
        #expect(try session.sent() == ".\r\n")
        #expect(message.beforeTerminatorCount == 0)
        #expect(session.results.isEmpty)
        try session.receive("554 no valid recipients\r\n")
        #expect(
            session.results == [.refused(Refusal(stage: .recipient, reply: Reply(code: 550, text: "5.1.1 unknown")))]
        )
        #expect(session.connection.isReady)
    }

    @Test("the peer closes at each stage: not sent up to the terminator, in doubt after it")
    func cuts() throws {
        let stages: [TransactionStage] = [.mail, .recipient, .data, .content, .finalReply]
        for (index, stage) in stages.enumerated() {
            let session = try EmbeddedSession.ready("PIPELINING")
            try session.submit(FixedMessage())
            if stage == .content { session.congest() }
            for reply in ["250 Ok\r\n", "250 Ok\r\n", "354 go\r\n"].prefix(index) { try session.receive(reply) }
            session.disconnect()
            let fault = ConnectionFault.connectionLost(stage, reason: nil)
            #expect(session.results == [stage == .finalReply ? .inDoubt(fault) : .notSent(fault)])
            #expect(session.closed == [fault])
        }
    }

    @Test("content that a congested socket takes late is in doubt only from then on")
    func congestion() throws {
        let session = try EmbeddedSession.ready("PIPELINING")
        try session.submit(FixedMessage())
        session.congest()
        try session.receive("250 Ok\r\n250 Ok\r\n354 go\r\n")
        session.decongest()
        session.disconnect()
        #expect(session.results == [.inDoubt(.connectionLost(.finalReply, reason: nil))])
    }

    @Test("a handler that is removed with a message under way leaves no message without result")
    func removed() throws {
        let session = try EmbeddedSession.ready()
        try session.submit(FixedMessage())
        try session.channel.close().wait()
        #expect(session.results == [.notSent(.connectionLost(.mail, reason: nil))])
    }

    @Test("an error of the channel is the reason in the fault")
    func channelError() throws {
        struct Broken: Error, CustomStringConvertible { let description = "broken pipe" }
        let session = try EmbeddedSession.ready()
        session.channel.pipeline.fireErrorCaught(Broken())
        #expect(session.closed == [.connectionLost(.idle, reason: "broken pipe")])
        #expect(!session.channel.isActive)
    }

    @Test("garbage at any stage ends the session; only after the terminator is there doubt")
    func garbage() throws {
        let error = ReplyError.malformed(excerpt: "HTTP/1.1 400 Bad Request")
        let greeted = try EmbeddedSession()
        try greeted.receive("HTTP/1.1 400 Bad Request\r\n")
        #expect(greeted.opened == [.malformedReply(.greeting, error)])
        #expect(greeted.closed.isEmpty)
        for (index, stage) in [TransactionStage.mail, .recipient, .data, .finalReply].enumerated() {
            let session = try EmbeddedSession.ready("PIPELINING")
            try session.submit(FixedMessage())
            for reply in ["250 Ok\r\n", "250 Ok\r\n", "354 go\r\n"].prefix(index) { try session.receive(reply) }
            try session.receive("HTTP/1.1 400 Bad Request\r\n250 Ok\r\n")
            let fault = ConnectionFault.malformedReply(stage, error)
            #expect(session.results == [stage == .finalReply ? .inDoubt(fault) : .notSent(fault)])
        }
    }

    @Test("an endless line ends the session in bounded memory")
    func endlessLine() throws {
        let session = try EmbeddedSession()
        for _ in 0..<100 where session.channel.isActive { try session.receive(Array(repeating: 0x32, count: 1000)) }
        #expect(session.opened == [.malformedReply(.greeting, .lineTooLong(lengthMaxBytes: 8192))])
    }

    @Test("abort in the middle: not sent, closed")
    func abort() throws {
        let session = try EmbeddedSession.ready()
        try session.submit(FixedMessage())
        session.connection.abort()
        #expect(session.results == [.notSent(.closedLocally)])
        #expect(session.closed == [.closedLocally])
        #expect(!session.channel.isActive)
        try session.submit(FixedMessage())
        #expect(session.results.last == .notSent(.notReady))
    }

    @Test("abort from within beforeTerminator: not sent, and not a byte of content written")
    func abortBeforeTerminator() throws {
        final class Aborting: SMTPMessageSource {
            var connection: SMTPConnection?
            func writeMessage(into bytes: inout [UInt8]) { bytes.append(contentsOf: "x\r\n".utf8) }
            func contentAwaited() {}
            func beforeTerminator() { connection?.abort() }
            func finished(_ result: TransactionResult) {}
        }
        let session = try EmbeddedSession.ready("PIPELINING")
        let source = Aborting()
        source.connection = session.connection
        try session.submit(source)
        _ = try session.sent()
        try session.receive("250 Ok\r\n250 Ok\r\n354 go\r\n")
        #expect(session.results == [.notSent(.closedLocally)])
        #expect(try session.sent() == "")
        source.connection = nil
    }

    @Test("abort before the connection is made closes it when it is")
    func abortEarly() throws {
        let session = try EmbeddedSession(isConnected: false)
        session.connection.abort()
        #expect(session.opened == [.closedLocally])
        #expect(session.closed.isEmpty)
    }

    @Test("a completion may submit the next message")
    func chain() throws {
        let session = try EmbeddedSession.ready("PIPELINING")
        let transaction = SMTPTransaction(
            sender: .null,
            recipient: try EnvelopePath("r@example.com"),
            source: FixedMessage()
        )
        var accepted = 0
        func next(_ result: TransactionResult?) {
            if case .accepted = result { accepted += 1 }
            if accepted < 3 { session.connection.submit(transaction) { next($0) } }
        }
        next(nil)
        for _ in 0..<3 {
            try session.receive("250 Ok\r\n250 Ok\r\n354 go\r\n")
            try session.receive("250 Ok\r\n")
        }
        #expect(accepted == 3)
    }

    @Test(
        "a reply that is there before its command answers nothing: not a recipient's refusal, and no success either",
        arguments: ["250 Ok\r\n550 5.1.1 stray\r\n", "250 Ok\r\n250 Ok\r\n", "250 Ok\r\n550 5.1.1 st", "250 Ok\r\n2"])
    func premature(_ replies: String) throws {
        let session = try EmbeddedSession.ready()
        try session.submit(FixedMessage())
        _ = try session.sent()
        try session.receive(replies)
        // Its rest may come after the command; it was begun before.
        if !replies.hasSuffix("\n") { try session.receive(replies.hasSuffix("2") ? "50 Ok\r\n" : "ray\r\n") }
        guard case .notSent(.unexpectedReply(.recipient, _)) = session.results.first else {
            Issue.record("\(session.results)")
            return
        }
        #expect(session.results.count == 1)
    }

    @Test("421 may come with another reply: the session ends, and nobody is refused")
    func leavingEarly() throws {
        let session = try EmbeddedSession.ready()
        try session.submit(FixedMessage())
        try session.receive("250 Ok\r\n421 4.3.2 leaving\r\n")
        guard case .notSent(.sessionRefused(.recipient, let reply)) = session.results.first else {
            Issue.record("\(session.results)")
            return
        }
        #expect(reply.code == 421)
    }

    @Test("content that is answered before it left is in doubt, whatever the answer")
    func prematureFinalReply() throws {
        let session = try EmbeddedSession.ready()
        try session.submit(FixedMessage())
        for _ in 0..<2 { try session.receive("250 Ok\r\n") }
        try session.receive("354 go\r\n250 Ok\r\n")
        guard case .inDoubt(.unexpectedReply(.finalReply, _)) = session.results.first else {
            Issue.record("\(session.results)")
            return
        }
    }

    @Test("replies that make no sense together refuse nobody")
    func contradictory() throws {
        let session = try EmbeddedSession.ready("PIPELINING")
        try session.submit(FixedMessage())
        try session.receive("250 Ok\r\n550 5.1.1 stray\r\n250 Ok\r\n")
        #expect(session.results == [.notSent(.unexpectedReply(.data, Reply(code: 250, text: "Ok")))])
    }
}
