import CampaignDomain
import Testing

@testable import CampaignEndpoints
@testable import CampaignEngine

@Suite("SMTP lanes", .timeLimit(.minutes(1)))
struct SMTPLaneTests {
    typealias Server = DialogueServer
    private let sent = DeliveryOutcome.sent(reply: "250 Ok")

    @Test("law 3: nothing of the content leaves before the claim; the flight record has each phase in time")
    func twoSteps() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com") + Server.content + Server.quit)
        let bench = try await LaneBench(port: server.port, messages: 1)
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        #expect(bench.phase(0) == nil)
        bench.deliver(0)
        #expect(try await bench.answer() == .outcome(0, sent))
        #expect(bench.phase(0) == .answered(250))
        await bench.close()
        try await server.finish()
    }

    @Test("a server that has the whole message has it by the flight record: before its reply, and after a refusal")
    func handedOver() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com")
                + [.content, .reply("450 4.2.0 later\r\n")] + Server.envelope("r1@example.com") + [.content])
        let bench = try await LaneBench(port: server.port, messages: 2)
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        bench.deliver(0)
        #expect(try await bench.answer() == .outcome(0, .deferred(reply: "450 4.2.0 later")))
        #expect(bench.phase(0) == .answered(450))
        bench.prepare(1)
        #expect(try await bench.answer() == .prepared(1))
        bench.deliver(1)
        try await server.finish()
        #expect(bench.phase(1) == .handingOver)
        await bench.endpoint.close(deadline: .now)
    }

    @Test(
        "a message that a server refuses before its content, or that is lost before its end, stays claimed in the record"
    )
    func notHandedOver() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com") + [.close],
            Server.opening() + [.expect("MAIL FROM:"), .reply("450 4.7.1 no\r\n")] + Server.quit)
        let bench = try await LaneBench(port: server.port, messages: 2)
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        try await server.played(0)
        bench.deliver(0)
        guard case .outcome(0, .notSent) = try await bench.answer() else { throw LaneBench.Trouble.unexpected("") }
        #expect(bench.phase(0) == .claimed)
        await bench.endpoint.close(deadline: .now)
        try await server.stop()
    }

    @Test("law 2: the end of a message that another engine has taken back is not sent, and the one behind it goes on")
    func takenBack() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com"),
            Server.opening("PIPELINING") + Server.envelope("r1@example.com") + Server.content + Server.quit)
        let bench = try await LaneBench(port: server.port, messages: 2)
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        bench.deliverTakenBack(0)
        guard case .outcome(0, .notSent) = try await bench.answer() else { throw LaneBench.Trouble.unexpected("") }
        #expect(bench.phase(0) == .revoked)
        bench.prepare(1)
        #expect(try await bench.answer() == .prepared(1))
        bench.deliver(1)
        #expect(try await bench.answer() == .outcome(1, sent))
        await bench.close()
        try await server.finish()
    }

    @Test("the second message's envelope rides behind the first's content; its turn is told after the first's outcome")
    func behind() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com")
                + [.content, .expect("MAIL"), .expect("RCPT"), .expect("DATA")]
                // Nothing is answered before all of it has arrived.
                + [.reply("250 Ok\r\n250 Ok\r\n250 Ok\r\n354 go\r\n")] + Server.content + Server.quit)
        let bench = try await LaneBench(port: server.port, messages: 2)
        #expect(bench.endpoint.capacity == 2 && bench.endpoint.preparesBeforeClaim)
        bench.prepare(0, 1)
        #expect(try await bench.answer() == .prepared(0))
        bench.deliver(0)
        #expect(try await bench.answer() == .outcome(0, sent))
        #expect(try await bench.answer() == .prepared(1))
        bench.deliver(1)
        #expect(try await bench.answer() == .outcome(1, sent))
        await bench.close()
        try await server.finish()
    }

    @Test(
        "claims-ahead: the next message is claimed while one is under way, and its content goes when the server asks for it"
    )
    func claimedAhead() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com")
                + [.content, .expect("MAIL"), .expect("RCPT"), .expect("DATA")]
                + [.reply("250 Ok\r\n250 Ok\r\n250 Ok\r\n354 go\r\n")]
                // The third's envelope rides behind the second's content, which no claim has to be waited for.
                + [.content, .expect("MAIL"), .expect("RCPT"), .expect("DATA")]
                + [.reply("250 Ok\r\n250 Ok\r\n250 Ok\r\n354 go\r\n")] + Server.content + Server.quit)
        let bench = try await LaneBench(port: server.port, "connections=1&claims-ahead=2", messages: 3)
        #expect(bench.endpoint.capacity == 3)
        bench.prepare(0, 1, 2)
        // Before the server was asked about the first: there is a session, that is enough.
        #expect(try await bench.answer() == .prepared(0))
        #expect(try await bench.answer() == .prepared(1))
        bench.deliver(0, 1)
        #expect(try await bench.answer() == .outcome(0, sent))
        // No more than two are claimed without an outcome.
        #expect(try await bench.answer() == .prepared(2))
        bench.deliver(2)
        #expect(try await bench.answer() == .outcome(1, sent))
        #expect(try await bench.answer() == .outcome(2, sent))
        await bench.close()
        try await server.finish()
    }

    @Test("with CHUNKING, RCPT taken is enough; DATA where it is turned off")
    func chunking() async throws {
        let envelope: [Server.Step] = [
            .expect("MAIL FROM:"), .expect("RCPT TO:<r0@example.com>"), .reply("250 Ok\r\n250 Ok\r\n"),
        ]
        let hello = Server.opening("PIPELINING", "CHUNKING")
        let chunking = try await Server(hello + envelope + [.chunk, .reply("250 Ok\r\n")] + Server.quit)
        let off = try await Server(hello + Server.envelope("r0@example.com") + Server.content + Server.quit)
        for (server, options) in [(chunking, "connections=1"), (off, "connections=1&chunking=off")] {
            let bench = try await LaneBench(port: server.port, options, messages: 1)
            bench.prepare(0)
            #expect(try await bench.answer() == .prepared(0))
            bench.deliver(0)
            #expect(try await bench.answer() == .outcome(0, sent))
            await bench.close()
            try await server.finish()
        }
    }

    @Test("DSN: the key is ENVID, the recipient ORCPT, and conditions are asked for as the option says")
    func notifications() async throws {
        let bench = try await LaneBench(port: 1, messages: 1)
        let key = bench.deliveries[0].key
        let server = try await Server(
            Server.opening("PIPELINING", "DSN") + [
                .expect("MAIL FROM:<shop@example.com> RET=HDRS ENVID=\(key)\r\n"),
                .expect("RCPT TO:<r0@example.com> NOTIFY=FAILURE ORCPT=rfc822;r0@example.com\r\n"), .expect("DATA"),
                .reply("250 Ok\r\n250 Ok\r\n550 5.1.1 no\r\n"),
            ])
        let asking = try await LaneBench(port: server.port, "connections=1&dsn=failure", messages: 1)
        asking.prepare(0)
        #expect(try await asking.answer() == .outcome(0, .failed(.unknownAddress, reply: "550 5.1.1 no")))
        try await server.finish()
        await asking.close()
    }

    @Test(
        "a connection that died while it was idle is replaced, and nobody is told",
        arguments: [
            [.expect("MAIL"), .close], [.reply("421 4.4.2 timeout\r\n"), .close],
            [.expect("MAIL"), .reply("421 4.4.2 timeout\r\n"), .close], [.close],
        ] as [[DialogueServer.Step]])
    func stale(_ end: [DialogueServer.Step]) async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com") + Server.content + end,
            Server.opening("PIPELINING") + Server.envelope("r1@example.com") + Server.content + Server.quit)
        let bench = try await LaneBench(port: server.port, messages: 2)
        for index in 0..<2 {
            bench.prepare(index)
            #expect(try await bench.answer() == .prepared(Ordinal(index)))
            bench.deliver(index)
            #expect(try await bench.answer() == .outcome(Ordinal(index), sent))
        }
        await bench.close()
        try await server.finish()
    }

    @Test("a connection that is lost between the asking and the claim is replaced too, once")
    func lostPrepared() async throws {
        let lost: [Server.Step] = [.close]
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com") + Server.content
                + Server.envelope("r1@example.com") + lost,
            Server.opening("PIPELINING") + Server.envelope("r1@example.com") + Server.content + Server.quit)
        let bench = try await LaneBench(port: server.port, messages: 2)
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        bench.deliver(0)
        #expect(try await bench.answer() == .outcome(0, sent))
        bench.prepare(1)
        #expect(try await bench.answer() == .prepared(1))
        bench.deliver(1)
        #expect(try await bench.answer() == .outcome(1, sent))
        await bench.close()
        try await server.finish()
    }

    @Test("what is lost after the engine was told that all is well is told when it has claimed")
    func lostUnproven() async throws {
        let server = try await Server(Server.opening("PIPELINING") + Server.envelope("r0@example.com") + [.close])
        let bench = try await LaneBench(port: server.port, messages: 1)
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        try await server.finish()
        bench.deliver(0)
        guard case .outcome(0, .notSent(let fault)) = try await bench.answer() else {
            Issue.record("not given back")
            return
        }
        #expect(fault.severity == .dropped)
        await bench.close()
    }

    @Test("lost after the final dot: that message is in doubt, and the one behind it goes on elsewhere")
    func doubt() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com") + Server.content
                + Server.envelope("r1@example.com") + [.content, .close],
            Server.opening("PIPELINING") + Server.envelope("r2@example.com") + Server.content + Server.quit)
        let bench = try await LaneBench(port: server.port, messages: 3)
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        bench.deliver(0)
        #expect(try await bench.answer() == .outcome(0, sent))
        bench.prepare(1, 2)
        #expect(try await bench.answer() == .prepared(1))
        bench.deliver(1)
        guard case .outcome(1, .inDoubt) = try await bench.answer() else {
            Issue.record("not in doubt")
            return
        }
        #expect(try await bench.answer() == .prepared(2))
        bench.deliver(2)
        #expect(try await bench.answer() == .outcome(2, sent))
        await bench.close()
        try await server.finish()
    }

    @Test("a refused recipient is told without a claim, and the message behind it goes on")
    func refused() async throws {
        let server = try await Server(
            Server.opening("PIPELINING")
                + Server.envelope("r0@example.com", "250 Ok\r\n550 5.1.1 no\r\n554 5.5.1 none\r\n")
                + [.expect("RSET"), .reply("250 Ok\r\n")] + Server.envelope("r1@example.com") + Server.content
                + Server.quit)
        let bench = try await LaneBench(port: server.port, messages: 2)
        bench.prepare(0, 1)
        #expect(try await bench.answer() == .outcome(0, .failed(.unknownAddress, reply: "550 5.1.1 no")))
        #expect(try await bench.answer() == .prepared(1))
        bench.deliver(1)
        #expect(try await bench.answer() == .outcome(1, sent))
        await bench.close()
        try await server.finish()
    }

    @Test("discarded after 354: the connection goes, the message behind it and the same message later do not suffer")
    func discarded() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com"),
            Server.opening("PIPELINING") + Server.envelope("r1@example.com") + Server.content
                + Server.envelope("r0@example.com") + Server.content + Server.quit)
        let bench = try await LaneBench(port: server.port, messages: 2)
        bench.prepare(0, 1)
        #expect(try await bench.answer() == .prepared(0))
        bench.discard(0)
        #expect(try await bench.answer() == .prepared(1))
        bench.deliver(1)
        #expect(try await bench.answer() == .outcome(1, sent))
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        bench.deliver(0)
        #expect(try await bench.answer() == .outcome(0, sent))
        await bench.close()
        try await server.finish()
    }

    @Test("a connection carries no more than its number of messages, and then says QUIT")
    func messagesPerConnection() async throws {
        func script(_ first: Int) -> [Server.Step] {
            Server.opening("PIPELINING") + Server.envelope("r\(first)@example.com") + Server.content
                + Server.envelope("r\(first + 1)@example.com") + Server.content + Server.quit
        }
        let server = try await Server(script(0), script(2))
        let bench = try await LaneBench(port: server.port, "connections=1&per-connection=2", messages: 4)
        bench.prepare(0, 1)
        for index in 0..<4 {
            #expect(try await bench.answer() == .prepared(Ordinal(index)))
            bench.deliver(index)
            #expect(try await bench.answer() == .outcome(Ordinal(index), sent))
            if index < 2 { bench.prepare(index + 2) }
        }
        try await server.finish()
        await bench.close()
    }

    @Test("an idle connection says QUIT in time, and work opens a new one")
    func idle() async throws {
        let first = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com") + Server.content + Server.quit,
            Server.opening("PIPELINING") + Server.envelope("r1@example.com") + Server.content + Server.quit)
        let bench = try await LaneBench(port: first.port, "connections=1&idle=20ms", messages: 2)
        for index in 0..<2 {
            bench.prepare(index)
            #expect(try await bench.answer() == .prepared(Ordinal(index)))
            bench.deliver(index)
            #expect(try await bench.answer() == .outcome(Ordinal(index), sent))
            try await first.played(index)
        }
        try await first.finish()
        await bench.close()
    }

    @Test("a connection that is not greeted holds nobody up: who has a session takes its message")
    func ungreeted() async throws {
        let gate = Server.Gate()
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com") + Server.content
                + Server.envelope("r1@example.com") + Server.content + Server.quit,
            [.gate(gate)] + Server.opening() + Server.quit)
        let bench = try await LaneBench(port: server.port, "connections=2&idle=200ms", messages: 2)
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        bench.prepare(1)
        bench.deliver(0)
        #expect(try await bench.answer() == .outcome(0, sent))
        #expect(try await bench.answer() == .prepared(1))
        bench.deliver(1)
        #expect(try await bench.answer() == .outcome(1, sent))
        // When nobody else is left it gets its session after all, has nothing to do there, and leaves in time.
        try await server.played(0)
        gate.open()
        try await server.played(1)
        await bench.close()
        try await server.finish()
    }

    @Test("a connection that is never greeted does not outlast the endpoint")
    func neverGreeted() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com") + Server.content + Server.quit,
            [.hungUp])
        let bench = try await LaneBench(port: server.port, "connections=2", messages: 2)
        bench.prepare(0)
        #expect(try await bench.answer() == .prepared(0))
        bench.prepare(1)
        bench.discard(1)
        bench.deliver(0)
        #expect(try await bench.answer() == .outcome(0, sent))
        await bench.close()
        try await server.finish()
    }

    @Test("closing gives back what is not claimed and finishes what is")
    func closing() async throws {
        let server = try await Server(
            Server.opening("PIPELINING") + Server.envelope("r0@example.com") + [.content, .expect("MAIL")])
        let bench = try await LaneBench(port: server.port, messages: 2)
        bench.prepare(0, 1)
        #expect(try await bench.answer() == .prepared(0))
        bench.deliver(0)
        // Both are on their way, the first claimed, when the end comes.
        try await server.finish()
        await bench.endpoint.close(deadline: .now)
        guard case .outcome(1, .notSent) = try await bench.answer() else {
            Issue.record("not given back")
            return
        }
        guard case .outcome(0, .inDoubt) = try await bench.answer() else {
            Issue.record("not in doubt")
            return
        }
    }

    @Test("no server: every message is given back, and the endpoint is not available")
    func noServer() async throws {
        let server = try await Server([.close])
        let port = server.port
        try await server.stop()
        let bench = try await LaneBench(port: port, messages: 2)
        bench.prepare(0, 1)
        for ordinal in 0..<2 as Range<Ordinal> {
            guard case .outcome(ordinal, .notSent(let fault)) = try await bench.answer() else {
                Issue.record("not given back")
                return
            }
            #expect(fault.severity == .unavailable)
        }
        #expect(await bench.endpoint.check()?.severity == .unavailable)
        await bench.close()
    }

    @Test("requiretls without TLS: nothing is sent, and the endpoint is of no use")
    func requireTLS() async throws {
        let server = try await Server(
            Server.opening("PIPELINING", "REQUIRETLS") + Server.quit,
            Server.opening("PIPELINING", "REQUIRETLS") + Server.quit)
        let bench = try await LaneBench(port: server.port, "connections=1&requiretls", messages: 1)
        bench.prepare(0)
        guard case .outcome(0, .notSent(let fault)) = try await bench.answer() else {
            Issue.record("not given back")
            return
        }
        #expect(fault.severity == .hopeless)
        #expect(await bench.endpoint.check()?.severity == .hopeless)
        await bench.close()
        try await server.finish()
    }

    @Test("a message that was never prepared is not sent: it may have been taken elsewhere")
    func unknown() async throws {
        let bench = try await LaneBench(port: 1, messages: 1)
        bench.deliver(0)
        guard case .outcome(0, .notSent) = try await bench.answer() else {
            Issue.record("not given back")
            return
        }
        await bench.close()
    }
}
