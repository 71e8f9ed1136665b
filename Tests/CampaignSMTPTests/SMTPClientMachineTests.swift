import CampaignSMTP
import Testing

@Suite("SMTP client machine: session")
struct SMTPClientMachineSessionTests {
    typealias Actions = SMTPClientMachine.Actions

    private let greeting = Reply(code: 220, text: "mx.example ESMTP")

    @Test("greeting, EHLO, ready, QUIT")
    func session() {
        var machine = SMTPClientMachine()
        #expect(machine.connected() == Actions(timer: .start(.greeting)))
        #expect(machine.replyReceived(greeting) == Actions(write: .greeting(.ehlo), timer: .start(.hello)))
        let hello = Reply(code: 250, text: "mx\nPIPELINING\nSIZE 1000")
        #expect(machine.replyReceived(hello) == Actions(timer: .stop, isOpened: true))
        #expect(machine.isReady)
        #expect(machine.capabilities == Capabilities([.pipelining, .size], sizeLimitBytes: 1000))
        #expect(machine.quit() == Actions(write: .quit, timer: .start(.quit)))
        #expect(machine.replyReceived(Reply(code: 221, text: "bye")) == Actions(timer: .stop, isClosing: true))
        #expect(machine.connectionClosed() == Actions())
        #expect(machine.isClosed)
    }

    @Test("EHLO not understood: HELO, and nothing is offered", arguments: [500, 502, 504, 550] as [UInt16])
    func heloFallback(_ code: UInt16) {
        var machine = SMTPClientMachine()
        _ = machine.connected()
        _ = machine.replyReceived(greeting)
        let refused = machine.replyReceived(Reply(code: code, text: "what?"))
        #expect(refused == Actions(write: .greeting(.helo), timer: .start(.hello)))
        #expect(
            machine.replyReceived(Reply(code: 250, text: "mx\nPIPELINING")) == Actions(timer: .stop, isOpened: true)
        )
        #expect(machine.capabilities == Capabilities())
    }

    @Test("HELO refused too, or LHLO: the session is refused")
    func greetingRefused() {
        let no = Reply(code: 502, text: "no")
        let refused = Actions(timer: .stop, isClosing: true, fault: .sessionRefused(.hello, no))
        var smtp = SMTPClientMachine()
        _ = smtp.connected()
        _ = smtp.replyReceived(greeting)
        _ = smtp.replyReceived(no)
        #expect(smtp.replyReceived(no) == refused)

        var lmtp = SMTPClientMachine(greetingVerb: .lhlo)
        _ = lmtp.connected()
        #expect(lmtp.replyReceived(greeting) == Actions(write: .greeting(.lhlo), timer: .start(.hello)))
        #expect(lmtp.replyReceived(no) == refused)
    }

    @Test(
        "a reply to EHLO that speaks of the session is no reason for HELO",
        arguments: [421, 450, 521, 530, 535] as [UInt16]
    )
    func ehloRefused(_ code: UInt16) {
        var machine = SMTPClientMachine()
        _ = machine.connected()
        _ = machine.replyReceived(greeting)
        let reply = Reply(code: code, text: "no")
        #expect(
            machine.replyReceived(reply)
                == Actions(timer: .stop, isClosing: true, fault: .sessionRefused(.hello, reply))
        )
    }

    @Test("a greeting that is not 220 refuses the session", arguments: [221, 354, 421, 450, 554] as [UInt16])
    func badGreeting(_ code: UInt16) {
        var machine = SMTPClientMachine()
        _ = machine.connected()
        let reply = Reply(code: code, text: "no")
        let expected = Actions(timer: .stop, isClosing: true, fault: .sessionRefused(.greeting, reply))
        #expect(machine.replyReceived(reply) == expected)
    }

    @Test("faults before and between transactions end the session and concern no message")
    func faultsOutside() {
        let prefixes: [(Int, TransactionStage)] = [(0, .connect), (1, .greeting), (2, .hello), (3, .idle)]
        for (length, stage) in prefixes {
            func machine() -> SMTPClientMachine {
                var machine = SMTPClientMachine()
                if length > 0 { _ = machine.connected() }
                if length > 1 { _ = machine.replyReceived(greeting) }
                if length > 2 { _ = machine.replyReceived(Reply(code: 250, text: "mx")) }
                return machine
            }
            func ended(_ fault: ConnectionFault) -> Actions { Actions(timer: .stop, isClosing: true, fault: fault) }
            var lost = machine()
            #expect(lost.connectionClosed(reason: "reset") == ended(.connectionLost(stage, reason: "reset")))
            var malformed = machine()
            let error = ReplyError.malformed(excerpt: "?")
            #expect(malformed.replyMalformed(error) == ended(.malformedReply(stage, error)))
            var aborted = machine()
            #expect(aborted.abort() == ended(.closedLocally))
            var timed = machine()
            #expect(timed.timedOut() == (stage == .idle ? Actions() : ended(.timedOut(stage))))
        }
    }

    @Test("a reply out of turn between transactions ends the session; 421 says that the server has ended it")
    func unsolicited() {
        for code in [250, 421, 500] as [UInt16] {
            var machine = SMTPClientMachine.ready()
            let reply = Reply(code: code, text: "x")
            let fault = code == 421 ? ConnectionFault.sessionRefused(.idle, reply) : .unexpectedReply(.idle, reply)
            #expect(machine.replyReceived(reply) == Actions(timer: .stop, isClosing: true, fault: fault))
        }
    }

    @Test("a transaction submitted too early, as a third or too late is not sent, and disturbs nothing")
    func notReady() {
        let notReady = Actions(completion: .notSent(.notReady))
        var fresh = SMTPClientMachine()
        #expect(fresh.submit(.small) == notReady)
        var busy = SMTPClientMachine.ready()
        _ = busy.submit(.small)
        #expect(busy.submit(.small) == Actions())
        #expect(busy.submit(.small) == notReady)
        #expect(busy.stage == .mail)
        _ = busy.abort()
        #expect(busy.submit(.small) == notReady)
    }

    @Test("QUIT waits for the transaction that is under way")
    func quitWhenDone() {
        var machine = SMTPClientMachine.ready()
        _ = machine.submit(.small)
        #expect(machine.quit() == Actions())
        for code in [250, 250, 354] as [UInt16] { _ = machine.replyReceived(Reply(code: code, text: "")) }
        _ = machine.contentWritten()
        let accepted = Reply(code: 250, text: "queued")
        let expected = Actions(write: .quit, timer: .start(.quit), completion: .accepted(accepted))
        #expect(machine.replyReceived(accepted) == expected)
        #expect(machine.connectionClosed() == Actions(timer: .stop, isClosing: true))
    }
}

extension SMTPClientMachine {
    /// A machine whose session is open with these extensions.
    static func ready(
        _ extensions: String..., verb: GreetingVerb = .ehlo, terms: TransactionTerms = TransactionTerms()
    ) -> SMTPClientMachine {
        var machine = SMTPClientMachine(greetingVerb: verb, terms: terms)
        _ = machine.connected()
        _ = machine.replyReceived(Reply(code: 220, text: "mx"))
        _ = machine.replyReceived(Reply(code: 250, text: (["mx"] + extensions).joined(separator: "\n")))
        return machine
    }
}

extension SMTPClientMachine.Envelope {
    static let small = Self(sizeBytes: 100, contains8BitBytes: false, needsSMTPUTF8: false)
}
