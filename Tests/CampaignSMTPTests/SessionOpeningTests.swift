import Testing

@testable import CampaignSMTP

@Suite("Opening a session: TLS and AUTH")
struct SessionOpeningTests {
    typealias Actions = SMTPClientMachine.Actions

    private static func machine(
        _ security: SessionTerms.Security, _ credentials: Credentials? = nil, verb: GreetingVerb = .ehlo,
        allowsPlaintext: Bool = false
    ) -> SMTPClientMachine {
        SMTPClientMachine(
            greetingVerb: verb,
            session: SessionTerms(
                security: security, credentials: credentials, allowsPlaintextAuthentication: allowsPlaintext),
            nonce: Array("rOprNGfwEbeRWgbNEkqO".utf8))
    }

    private static func reply(_ code: UInt16, _ lines: String...) -> Reply {
        Reply(code: code, text: lines.joined(separator: "\n"))
    }

    private static func closing(_ fault: ConnectionFault) -> Actions {
        Actions(timer: .stop, isClosing: true, fault: fault)
    }

    private static let ann = try? AuthenticationTests.credentials("ann", "s3cret")

    /// A machine that has said EHLO.
    private static func greeted(_ machine: SMTPClientMachine) -> SMTPClientMachine {
        var machine = machine
        _ = machine.connected()
        _ = machine.replyReceived(reply(220, "mx"))
        return machine
    }

    /// A machine that has said STARTTLS.
    private static func starting(_ credentials: Credentials? = nil) -> SMTPClientMachine {
        var machine = greeted(machine(.startTLS, credentials))
        _ = machine.replyReceived(reply(250, "mx", "STARTTLS", "AUTH PLAIN", "PIPELINING", "CHUNKING"))
        return machine
    }

    @Test("STARTTLS: EHLO, handshake, EHLO again, open; what was said in the clear is forgotten")
    func startTLS() {
        var machine = Self.machine(.startTLS)
        #expect(machine.connected() == Actions(timer: .start(.greeting)))
        #expect(machine.replyReceived(Self.reply(220, "mx")) == Actions(write: .greeting(.ehlo), timer: .start(.hello)))
        #expect(
            machine.replyReceived(Self.reply(250, "mx", "STARTTLS", "PIPELINING", "AUTH PLAIN"))
                == Actions(write: .startTLS, timer: .start(.startTLS)))
        #expect(!machine.isReady)
        #expect(machine.replyReceived(Self.reply(220, "go")) == Actions(timer: .start(.handshake), startsTLS: true))
        #expect(machine.stage == .handshake)
        #expect(machine.secured() == Actions(write: .greeting(.ehlo), timer: .start(.hello)))
        #expect(machine.capabilities == Capabilities())
        // A second offer of STARTTLS inside of TLS is nothing to take up.
        #expect(
            machine.replyReceived(Self.reply(250, "mx", "STARTTLS", "SIZE 9")) == Actions(timer: .stop, isOpened: true))
        #expect(machine.capabilities.extensions == [.startTLS, .size])
        #expect(machine.isReady)
    }

    @Test("Implicit TLS: the handshake comes before the greeting")
    func implicitTLS() {
        var machine = Self.machine(.implicitTLS)
        #expect(machine.connected() == Actions(timer: .start(.handshake), startsTLS: true))
        #expect(machine.secured() == Actions(timer: .start(.greeting)))
        #expect(machine.replyReceived(Self.reply(220, "mx")) == Actions(write: .greeting(.ehlo), timer: .start(.hello)))
        #expect(machine.replyReceived(Self.reply(250, "mx")) == Actions(timer: .stop, isOpened: true))
    }

    @Test("STARTTLS that is not offered ends the session: with EHLO's reply, and with HELO all the more")
    func notOffered() {
        var stripped = Self.greeted(Self.machine(.startTLS))
        #expect(stripped.replyReceived(Self.reply(250, "mx", "XXXXXXXX")) == Self.closing(.tls(.notOffered)))
        var old = Self.greeted(Self.machine(.startTLS))
        #expect(old.replyReceived(Self.reply(502, "what?")) == Self.closing(.tls(.notOffered)))
    }

    @Test("STARTTLS refused for good, for now, and nonsense")
    func refused() {
        let no = Self.reply(554, "5.7.0 no")
        var machine = Self.starting()
        #expect(machine.replyReceived(no) == Self.closing(.tls(.refused(no))))
        let later = Self.reply(454, "4.7.0 not now")
        machine = Self.starting()
        #expect(machine.replyReceived(later) == Self.closing(.sessionRefused(.startTLS, later)))
        let odd = Self.reply(250, "Ok")
        machine = Self.starting()
        #expect(machine.replyReceived(odd) == Self.closing(.unexpectedReply(.startTLS, odd)))
    }

    @Test("Bytes behind the reply to STARTTLS are an attack, and replies during the handshake are none")
    func injected() {
        var machine = Self.starting()
        #expect(machine.replyReceived(Self.reply(220, "go"), isFollowed: true) == Self.closing(.tls(.injected)))
        machine = Self.starting()
        _ = machine.replyReceived(Self.reply(220, "go"))
        // In a read of its own it is the handshake's to find out.
        var later = machine
        #expect(later.handshakeFailed(.plainText) == Self.closing(.tls(.injected)))
        let forged = Self.reply(250, "forged")
        #expect(machine.replyReceived(forged) == Self.closing(.unexpectedReply(.handshake, forged)))
    }

    @Test("The handshake fails, takes too long, or breaks off")
    func handshake() {
        let fault = TLSFault.certificate(.selfSigned)
        for security in [SessionTerms.Security.startTLS, .implicitTLS] {
            func fresh() -> SMTPClientMachine {
                guard security == .implicitTLS else {
                    var machine = Self.starting()
                    _ = machine.replyReceived(Self.reply(220, "go"))
                    return machine
                }
                var machine = Self.machine(.implicitTLS)
                _ = machine.connected()
                return machine
            }
            var machine = fresh()
            #expect(machine.handshakeFailed(fault) == Self.closing(.tls(fault)))
            machine = fresh()
            #expect(machine.timedOut() == Self.closing(.timedOut(.handshake)))
            machine = fresh()
            #expect(machine.connectionClosed() == Self.closing(.connectionLost(.handshake, reason: nil)))
            machine = fresh()
            #expect(machine.quit() == Self.closing(.closedLocally))
        }
        var open = SMTPClientMachine.ready()
        #expect(open.handshakeFailed(fault) == Actions())
        #expect(open.secured() == Actions())
    }

    @Test("AUTH comes inside of TLS, and only then is the session open")
    func authenticates() throws {
        var machine = Self.starting(Self.ann)
        _ = machine.replyReceived(Self.reply(220, "go"))
        _ = machine.secured()
        let actions = machine.replyReceived(Self.reply(250, "mx", "AUTH LOGIN PLAIN"))
        #expect(
            actions
                == Actions(write: .authentication(Secret("AUTH PLAIN AGFubgBzM2NyZXQ=")), timer: .start(.authenticate)))
        #expect(!machine.isReady)
        #expect(machine.stage == .authenticate)
        #expect(machine.replyReceived(Self.reply(235, "2.7.0 welcome")) == Actions(timer: .stop, isOpened: true))
        #expect(machine.isReady)
    }

    @Test("Challenges are answered, each with its own time")
    func challenges() throws {
        let credentials = try AuthenticationTests.credentials("ann", "s3cret", .login)
        var machine = Self.greeted(Self.machine(.none, credentials, allowsPlaintext: true))
        #expect(
            machine.replyReceived(Self.reply(250, "mx", "AUTH PLAIN LOGIN"))
                == Actions(write: .authentication(Secret("AUTH LOGIN")), timer: .start(.authenticate)))
        #expect(
            machine.replyReceived(Self.reply(334, "VXNlcm5hbWU6"))
                == Actions(write: .authentication(Secret("YW5u")), timer: .start(.authenticate)))
        #expect(
            machine.replyReceived(Self.reply(334, "UGFzc3dvcmQ6"))
                == Actions(write: .authentication(Secret("czNjcmV0")), timer: .start(.authenticate)))
        #expect(machine.replyReceived(Self.reply(235, "ok")).isOpened)
    }

    @Test("A password never crosses in the clear unless that is allowed")
    func plaintext() {
        var machine = Self.greeted(Self.machine(.none, Self.ann))
        #expect(
            machine.replyReceived(Self.reply(250, "mx", "AUTH PLAIN")) == Self.closing(.authentication(.notEncrypted)))
    }

    @Test("No mechanism in common; no EHLO, no AUTH")
    func noMechanism() {
        func fault(_ offered: [String]) -> ConnectionFault {
            .authentication(.noMechanism(asked: nil, offered: offered))
        }
        var machine = Self.greeted(Self.machine(.none, Self.ann, allowsPlaintext: true))
        #expect(
            machine.replyReceived(Self.reply(250, "mx", "AUTH GSSAPI XOAUTH2"))
                == Self.closing(fault(["GSSAPI", "XOAUTH2"])))
        machine = Self.greeted(Self.machine(.none, Self.ann, allowsPlaintext: true))
        #expect(machine.replyReceived(Self.reply(500, "what?")) == Self.closing(fault([])))
    }

    @Test(
        "A refusal of AUTH is final, unless it says that it will pass",
        arguments: [
            ("535 5.7.8 wrong", true), ("530 5.7.0 no", true), ("534 5.7.9 too weak", true),
            ("504 5.5.4 unknown", true),
            ("501 5.5.2 malformed", true), ("550 no", true), ("454 4.7.0 later", false), ("432 4.7.12 later", false),
            ("421 4.7.0 go away", false), ("451 4.3.0 oops", false), ("521 no mail", false),
        ])
    func authenticationRefused(text: String, isFinal: Bool) throws {
        var machine = Self.greeted(Self.machine(.none, Self.ann, allowsPlaintext: true))
        _ = machine.replyReceived(Self.reply(250, "mx", "AUTH PLAIN"))
        let reply = Reply(code: try #require(UInt16(text.prefix(3))), text: String(text.dropFirst(4)))
        let expected: ConnectionFault =
            isFinal ? .authentication(.refused(.plain, reply)) : .sessionRefused(.authenticate, reply)
        #expect(machine.replyReceived(reply) == Self.closing(expected))
    }

    @Test("A server that says welcome without having proved itself is left")
    func serverNotProven() {
        var machine = Self.greeted(Self.machine(.none, Self.ann, allowsPlaintext: true))
        _ = machine.replyReceived(Self.reply(250, "mx", "AUTH SCRAM-SHA-256 PLAIN"))
        #expect(machine.replyReceived(Self.reply(235, "come in")) == Self.closing(.authentication(.serverNotProven)))
    }

    @Test("LMTP greets with LHLO before and after the handshake, and never falls back")
    func lmtp() {
        var machine = Self.greeted(Self.machine(.startTLS, verb: .lhlo))
        _ = machine.replyReceived(Self.reply(250, "mx", "STARTTLS"))
        _ = machine.replyReceived(Self.reply(220, "go"))
        #expect(machine.secured() == Actions(write: .greeting(.lhlo), timer: .start(.hello)))
        let no = Self.reply(500, "what?")
        #expect(machine.replyReceived(no) == Self.closing(.sessionRefused(.hello, no)))
    }

    @Test("Inside of TLS HELO is still good enough where nothing else is asked for")
    func heloInsideTLS() {
        var machine = Self.machine(.implicitTLS)
        _ = machine.connected()
        _ = machine.secured()
        _ = machine.replyReceived(Self.reply(220, "mx"))
        #expect(
            machine.replyReceived(Self.reply(500, "what?")) == Actions(write: .greeting(.helo), timer: .start(.hello)))
        #expect(machine.replyReceived(Self.reply(250, "mx")).isOpened)
    }

    @Test("Whatever a server says: no password in the clear, no session that is less than was asked for, no way back")
    func anything() throws {
        let credentials = try AuthenticationTests.credentials("ann", "s3cret")
        let says: [(UInt16, String)] = [
            (220, "go"), (250, "mx\nSTARTTLS\nAUTH PLAIN"), (250, "mx\nAUTH LOGIN SCRAM-SHA-256"), (250, "mx"),
            (334, ""),
            (334, "VXNlcm5hbWU6"), (235, "ok"), (354, "go"), (421, "bye"), (454, "4.7.0 later"), (500, "what?"),
            (530, "5.7.0 no"), (535, "5.7.8 no"), (554, "no"), (220, "again"), (250, "ok"),
        ]
        var random = SplitMix64(seed: 3)
        func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        var openCounts = [0, 0, 0]
        for round in 0..<12_000 {
            let security = [SessionTerms.Security.none, .startTLS, .implicitTLS][round % 3]
            let wantsUser = pick(2) == 0
            let allowsPlaintext = pick(2) == 0
            var machine = Self.machine(security, wantsUser ? credentials : nil, allowsPlaintext: allowsPlaintext)
            var isSecured = false
            var isWelcome = false
            for step in 0..<9 where !machine.isClosed && !machine.isReady {
                let actions: Actions
                switch step == 0 ? 0 : pick(12) {
                case 0: actions = machine.connected()
                case 1 where machine.stage == .handshake, 2 where machine.stage == .handshake:
                    isSecured = true
                    actions = machine.secured()
                case 3 where pick(8) == 0: actions = machine.handshakeFailed(.plainText)
                default:
                    // Mostly what the stage waits for, or nothing would ever be opened.
                    let due: [TransactionStage: Int] = [.greeting: 0, .hello: 1, .startTLS: 0, .authenticate: 6]
                    let choice = pick(3) > 0 ? due[machine.stage] : nil
                    let (code, text) = says[choice ?? pick(says.count)]
                    isWelcome = isWelcome || (code == 235 && machine.stage == .authenticate)
                    actions = machine.replyReceived(Reply(code: code, text: text), isFollowed: pick(20) == 0)
                }
                if case .authentication = actions.write { #expect(isSecured || allowsPlaintext) }
                if case .greeting(.helo) = actions.write { #expect(security != .startTLS || isSecured) }
                if actions.startsTLS { #expect(security != .none && !isSecured) }
                if actions.isOpened {
                    openCounts[round % 3] += 1
                    #expect(security == .none || isSecured)
                    #expect(!wantsUser || isWelcome)
                }
                if actions.isClosing { #expect(actions.fault != nil) }
            }
        }
        #expect(openCounts.allSatisfy { $0 > 50 }, "\(openCounts)")
    }
}
