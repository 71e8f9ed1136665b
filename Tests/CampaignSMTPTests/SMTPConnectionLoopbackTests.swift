import CampaignSMTP
import NIOCore
import NIOPosix
import Testing

@Suite("SMTP connection over loopback")
struct SMTPConnectionLoopbackTests {
    typealias Step = ScriptedServer.Step

    struct Outcome: Sendable, Equatable {
        var opened: ConnectionFault?
        var results: [TransactionResult] = []
        var closed: ConnectionFault?
        var isClosed = false
    }

    private let group = MultiThreadedEventLoopGroup.singleton

    /// Sends messages one after the other until the session ends or all are sent, then QUITs.
    private func deliver(
        to address: SMTPServerAddress,
        count: Int,
        message: [UInt8] = Array("Subject: x\r\n\r\nhello\r\n".utf8)
    ) async throws -> Outcome {
        let eventLoop = group.next()
        let sender = try EnvelopePath("s@example.com")
        let recipient = try EnvelopePath("r@example.com")
        let configuration = SMTPConnectionConfiguration(greetingName: try GreetingName("client.example"))
        let future = eventLoop.flatSubmit {
            let promise = eventLoop.makePromise(of: Outcome.self)
            var outcome = Outcome()
            SMTPConnection.connect(to: address, configuration: configuration, on: eventLoop) { opened in
                switch opened {
                case .failure(let fault):
                    outcome.opened = fault
                    promise.succeed(outcome)
                case .success(let connection):
                    connection.whenClosed = { fault in
                        outcome.closed = fault
                        outcome.isClosed = true
                        promise.succeed(outcome)
                    }
                    let transaction = SMTPTransaction(
                        sender: sender,
                        recipient: recipient,
                        source: FixedMessage(bytes: message)
                    )
                    func next() {
                        guard connection.isReady, outcome.results.count < count else { return connection.quit() }
                        connection.submit(transaction) { result in
                            outcome.results.append(result)
                            next()
                        }
                    }
                    next()
                }
            }
            return promise.futureResult
        }
        return try await future.get()
    }

    private func run(_ script: [Step], count: Int = 1, message: [UInt8]? = nil) async throws -> Outcome {
        let server = try await ScriptedServer(script, on: group)
        let address = SMTPServerAddress.host("127.0.0.1", port: server.port)
        let outcome =
            if let message {
                try await deliver(to: address, count: count, message: message)
            } else {
                try await deliver(to: address, count: count)
            }
        try await server.close()
        return outcome
    }

    @Test("three messages over one session, then QUIT")
    func happyPath() async throws {
        let transaction = ScriptedServer.group + ScriptedServer.groupReplies + [.content, .reply("250 Ok\r\n")]
        let script =
            ScriptedServer.opening + transaction + transaction + transaction + [
                .expect("QUIT"), .reply("221 bye\r\n"), .close,
            ]
        let outcome = try await run(script, count: 3)
        let accepted = TransactionResult.accepted(Reply(code: 250, text: "Ok"))
        #expect(outcome == Outcome(results: [accepted, accepted, accepted], isClosed: true))
    }

    @Test("without PIPELINING")
    func stepwise() async throws {
        let script: [Step] = [
            .reply("220 mx\r\n"), .expect("EHLO client.example\r\n"), .reply("500 what?\r\n"),
            .expect("HELO client.example\r\n"), .reply("250 mx\r\n"), .expect("MAIL FROM:<s@example.com>\r\n"),
            .reply("250 Ok\r\n"), .expect("RCPT TO:<r@example.com>\r\n"), .reply("250 Ok\r\n"), .expect("DATA\r\n"),
            .reply("354 go\r\n"), .content, .reply("250 Ok\r\n"), .expect("QUIT"), .reply("221 bye\r\n"), .close,
        ]
        let outcome = try await run(script)
        #expect(outcome == Outcome(results: [.accepted(Reply(code: 250, text: "Ok"))], isClosed: true))
    }

    @Test("a message of a few megabytes gets through a socket that takes it in pieces")
    func large() async throws {
        let message = Array(String(repeating: ".0123456789\r\n", count: 300_000).utf8)
        let script =
            ScriptedServer.opening + ScriptedServer.group + ScriptedServer.groupReplies + [
                .bytes(300_000 * 14 + 3), .reply("250 Ok\r\n"), .expect("QUIT"), .close,
            ]
        let outcome = try await run(script, message: message)
        #expect(outcome == Outcome(results: [.accepted(Reply(code: 250, text: "Ok"))], isClosed: true))
    }

    @Test("no session: closed or refused before it is open")
    func noSession() async throws {
        let no = Reply(code: 554, text: "no")
        #expect(try await run([.close]).opened == .connectionLost(.greeting, reason: nil))
        #expect(try await run([.reply("554 no\r\n"), .close]).opened == .sessionRefused(.greeting, no))
        #expect(
            try await run([.reply("220 mx\r\n"), .expect("EHLO"), .close]).opened
                == .connectionLost(.hello, reason: nil)
        )
        let server = try await ScriptedServer([], on: group)
        try await server.close()
        let refused = try await deliver(to: .host("127.0.0.1", port: server.port), count: 1)
        guard case .connectFailed = refused.opened else {
            Issue.record("\(refused)")
            return
        }
    }

    @Test(
        "the server closes or resets at each stage: not sent before the final dot, in doubt after it",
        arguments: [true, false]
    )
    func cuts(_ isReset: Bool) async throws {
        let stages: [(TransactionStage, [Step])] = [
            (.mail, []),
            (.recipient, [.reply("250 Ok\r\n")]),
            (.data, [.reply("250 Ok\r\n250 Ok\r\n")]),
            (.finalReply, [.reply("250 Ok\r\n250 Ok\r\n354 go\r\n"), .content]),
        ]
        for (stage, steps) in stages {
            let script = ScriptedServer.opening + ScriptedServer.group + steps + [isReset ? .reset : .close]
            let outcome = try await run(script)
            switch (stage, outcome.results.first) {
            case (.finalReply, .inDoubt(.connectionLost(.finalReply, _))): break
            case (_, .notSent(.connectionLost(let seen, _))):
                // A reset may overtake the replies before it.
                #expect(stage != .finalReply && (seen == stage || isReset))
            default: Issue.record("\(stage): \(outcome)")
            }
            #expect(outcome.results.count == 1)
        }
    }

    @Test("the server goes away while a large message is under way: not sent, for it cannot have seen the dot")
    func cutInContent() async throws {
        let message = Array(repeating: UInt8(0x61), count: 24 << 20)
        let script =
            ScriptedServer.opening + ScriptedServer.group + ScriptedServer.groupReplies + [.bytes(1000), .reset]
        let outcome = try await run(script, message: message)
        guard case .notSent(.connectionLost(.content, _)) = outcome.results.first else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test("reply split into single bytes on the wire")
    func splitReplies() async throws {
        let replies = "250 Ok\r\n250 Ok\r\n354 go\r\n".unicodeScalars.map { Step.reply(String($0)) }
        let script =
            ScriptedServer.opening + ScriptedServer.group + replies + [
                .content, .reply("550-5.7.1 no\r\n550"), .reply(" 5.7.1 really\r\n"), .expect("QUIT"), .close,
            ]
        let reply = Reply(code: 550, text: "5.7.1 no\n5.7.1 really")
        let outcome = try await run(script)
        #expect(outcome.results == [.refused(Refusal(stage: .finalReply, reply: reply))])
    }
}
