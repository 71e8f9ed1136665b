import CampaignSMTP
import NIOCore
import NIOEmbedded
import Testing

@Suite("SMTP connection: timeouts")
struct SMTPConnectionTimeoutTests {
    @Test("the defaults are the RFC's")
    func defaults() {
        let timeouts = SMTPTimeouts()
        let expected: [(TransactionStage, TimeAmount)] = [
            (.connect, .seconds(30)), (.greeting, .minutes(5)), (.hello, .minutes(5)), (.mail, .minutes(5)),
            (.recipient, .minutes(5)), (.data, .minutes(2)), (.content, .minutes(3)), (.finalReply, .minutes(10)),
        ]
        for (stage, time) in expected { #expect(timeouts[stage] == time) }
    }

    @Test("a silent server is given exactly its time before the session is open")
    func opening() throws {
        let silent = try EmbeddedSession()
        silent.advance(by: .minutes(5) - .nanoseconds(1))
        #expect(silent.opened.isEmpty)
        silent.advance(by: .nanoseconds(1))
        #expect(silent.opened == [.timedOut(.greeting)])
        #expect(!silent.channel.isActive)

        let greeted = try EmbeddedSession()
        greeted.advance(by: .minutes(4))
        try greeted.receive("220 mx\r\n")
        greeted.advance(by: .minutes(5) - .nanoseconds(1))
        #expect(greeted.opened.isEmpty)
        greeted.advance(by: .nanoseconds(1))
        #expect(greeted.opened == [.timedOut(.hello)])
    }

    @Test("each stage of a transaction has its own time, from its own beginning")
    func transaction() throws {
        let stages: [(TransactionStage, TimeAmount)] = [
            (.mail, .minutes(5)), (.recipient, .minutes(5)), (.data, .minutes(2)), (.content, .minutes(3)),
            (.finalReply, .minutes(10)),
        ]
        for (index, (stage, time)) in stages.enumerated() {
            let session = try EmbeddedSession.ready("PIPELINING")
            try session.submit(FixedMessage())
            if stage == .content { session.congest() }
            for reply in ["250 Ok\r\n", "250 Ok\r\n", "354 go\r\n"].prefix(index) {
                session.advance(by: .minutes(1))
                try session.receive(reply)
            }
            session.advance(by: time - .nanoseconds(1))
            #expect(session.results.isEmpty)
            session.advance(by: .nanoseconds(1))
            let fault = ConnectionFault.timedOut(stage)
            #expect(session.results == [stage == .finalReply ? .inDoubt(fault) : .notSent(fault)])
            #expect(session.closed == [fault])
            #expect(!session.channel.isActive)
        }
    }

    @Test("an idle session has no time limit, and the next transaction gets its full time")
    func idle() throws {
        let session = try EmbeddedSession.ready("PIPELINING")
        session.advance(by: .hours(100))
        #expect(session.connection.isReady)
        try session.submit(FixedMessage())
        session.advance(by: .minutes(5) - .nanoseconds(1))
        #expect(session.results.isEmpty)
        session.advance(by: .nanoseconds(1))
        #expect(session.results == [.notSent(.timedOut(.mail))])
    }

    @Test("a shorter time that follows a longer one is kept")
    func shorterAfterLonger() throws {
        var timeouts = SMTPTimeouts()
        timeouts.mail = .hours(2)
        timeouts.recipient = .seconds(1)
        let session = try EmbeddedSession.ready(timeouts: timeouts)
        try session.submit(FixedMessage())
        try session.receive("250 Ok\r\n")
        session.advance(by: .seconds(1))
        #expect(session.results == [.notSent(.timedOut(.recipient))])
    }

    @Test("a server that does not answer QUIT is left behind")
    func quit() throws {
        let session = try EmbeddedSession.ready()
        session.connection.quit()
        session.advance(by: .seconds(10))
        #expect(session.closed == [nil])
        #expect(!session.channel.isActive)
    }

    @Test("a time beyond all bounds is cut, not added up to an overflow")
    func enormous() throws {
        var timeouts = SMTPTimeouts()
        timeouts.greeting = .nanoseconds(.max)
        timeouts.dataBlock = .nanoseconds(.max)
        let session = try EmbeddedSession.ready("PIPELINING", timeouts: timeouts)
        session.advance(by: .hours(1))
        try session.submit(FixedMessage())
        session.congest()
        try session.receive("250 Ok\r\n250 Ok\r\n354 go\r\n")
        session.advance(by: .hours(24))
        #expect(session.results == [.notSent(.timedOut(.content))])
    }
}
