import Testing

@testable import CampaignSMTP

@Suite("Authentication")
struct AuthenticationTests {
    static func credentials(
        _ user: String = "user", _ password: String = "pencil", _ mechanism: AuthenticationMechanism? = nil
    ) throws -> Credentials {
        try Credentials(user: user, secret: Secret(password), mechanism: mechanism)
    }

    static func exchange(
        _ mechanism: AuthenticationMechanism, user: String = "user", password: String = "pencil",
        nonce: String = "rOprNGfwEbeRWgbNEkqO"
    ) throws -> AuthenticationExchange {
        AuthenticationExchange(
            try credentials(user, password), mechanism: mechanism, nonce: Array(nonce.utf8))
    }

    static func text(_ secret: Secret) -> String { String(decoding: secret.bytes, as: UTF8.self) }
    static func base64(_ text: String) -> [UInt8] { Base64.encode(Array(text.utf8)) }
    static func decoded(_ secret: Secret) -> String? {
        Base64.decode(secret.bytes).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "Base 64 (RFC 4648 §10)",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == Array(encoded.utf8))
        #expect(Base64.decode(Array(encoded.utf8)) == Array(plain.utf8))
    }

    @Test(
        "What is not base 64 is not decoded",
        arguments: ["Zg=", "Zg", "Z===", "Zh==", "Zm9=", "Zm 9", "=Zg=", "Zm9v\n"])
    func notBase64(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }

    @Test("Every byte crosses base 64")
    func allBytes() {
        for count in 0..<256 {
            let bytes = (0..<count).map { UInt8(255 - $0) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test("PLAIN goes along with the command (RFC 4616)")
    func plain() throws {
        var exchange = try Self.exchange(.plain, user: "tim", password: "tanstaaftanstaaf")
        #expect(Self.text(exchange.begin()) == "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm")
        try exchange.succeeded()
        #expect(throws: AuthenticationFault.badChallenge(.plain, "everything was said")) {
            try exchange.challenged([])
        }
    }

    @Test("A response that makes the line longer than 512 bytes waits for the challenge (RFC 4954 §4)")
    func longPlain() throws {
        // `AUTH PLAIN ` and CRLF leave 499 bytes: 372 of text.
        for (length, fits) in [(372 - 6, true), (372 - 5, false)] {
            let password = String(repeating: "x", count: length)
            var exchange = try Self.exchange(.plain, user: "user", password: password)
            let command = exchange.begin()
            #expect((command.bytes.count > 20) == fits)
            #expect(command.bytes.count + 2 <= 512)
            if !fits { #expect(Self.decoded(try exchange.challenged([])) == "\0user\0\(password)") }
        }
    }

    @Test("LOGIN answers two questions")
    func login() throws {
        var exchange = try Self.exchange(.login)
        #expect(Self.text(exchange.begin()) == "AUTH LOGIN")
        #expect(Self.decoded(try exchange.challenged(Self.base64("Username:"))) == "user")
        #expect(Self.decoded(try exchange.challenged(Self.base64("Password:"))) == "pencil")
        try exchange.succeeded()
        #expect(throws: AuthenticationFault.self) { try exchange.challenged([]) }
    }

    @Test("XOAUTH2 sends the token, and an empty line when told what is wrong with it")
    func xoauth2() throws {
        var exchange = try Self.exchange(
            .xoauth2, user: "someuser@example.com", password: "ya29.vF9dft4qmTc2Nvb3RlckBh")
        #expect(
            Self.text(exchange.begin())
                == "AUTH XOAUTH2 dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmgBAQ=="
        )
        #expect(Self.text(try exchange.challenged(Self.base64("{\"status\":\"401\"}"))).isEmpty)
    }

    @Test("SCRAM-SHA-256 (RFC 7677 §3)")
    func scram() throws {
        var exchange = try Self.exchange(.scramSHA256)
        let command = Self.text(exchange.begin())
        #expect(command.hasPrefix("AUTH SCRAM-SHA-256 "))
        #expect(Base64.decode(Array(command.dropFirst(19).utf8)) == Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
        let first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        let answer = try exchange.challenged(Self.base64(first))
        #expect(
            Self.decoded(answer)
                == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        )
        // Not before the server has proved itself.
        #expect(throws: AuthenticationFault.serverNotProven) { try exchange.succeeded() }
        let last = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        #expect(Self.text(try exchange.challenged(Self.base64(last))).isEmpty)
        try exchange.succeeded()
    }

    @Test(
        "A server that does not know the password is not believed",
        arguments: ["v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "v=", "v=AAAA", "x=1"])
    func scramServerNotProven(last: String) throws {
        var exchange = try Self.exchange(.scramSHA256)
        _ = exchange.begin()
        let first = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        _ = try exchange.challenged(Self.base64(first))
        #expect(throws: AuthenticationFault.serverNotProven) { try exchange.challenged(Self.base64(last)) }
    }

    @Test(
        "SCRAM challenges that no honest server makes",
        arguments: [
            "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096", "r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095",
            "r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=600001", "r=rOprNGfwEbeRWgbNEkqOx", "",
            "m=must,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        ])
    func badScram(first: String) throws {
        var exchange = try Self.exchange(.scramSHA256)
        _ = exchange.begin()
        if first.isEmpty {
            // Asked once more, the first message is said once more.
            #expect(Self.decoded(try exchange.challenged([]))?.hasPrefix("n,,n=user") == true)
        } else {
            #expect(throws: AuthenticationFault.self) { try exchange.challenged(Self.base64(first)) }
        }
    }

    @Test("A name with a comma or an equals sign is escaped in SCRAM")
    func scramName() throws {
        var exchange = try Self.exchange(.scramSHA256, user: "a,b=c")
        let line = exchange.begin()
        #expect(Self.decoded(Secret(Array(line.bytes.dropFirst(19)))) == "n,,n=a=2Cb=3Dc,r=rOprNGfwEbeRWgbNEkqO")
    }

    @Test("The best that is offered, or what was asked for")
    func choice() {
        typealias M = AuthenticationMechanism
        let all = ["LOGIN", "PLAIN", "XOAUTH2", "SCRAM-SHA-256", "GSSAPI"]
        #expect(M.chosen(asked: nil, offered: all) == .scramSHA256)
        #expect(M.chosen(asked: nil, offered: ["LOGIN", "PLAIN"]) == .plain)
        #expect(M.chosen(asked: nil, offered: ["LOGIN"]) == .login)
        #expect(M.chosen(asked: nil, offered: ["XOAUTH2", "SCRAM-SHA-1"]) == nil)
        #expect(M.chosen(asked: .xoauth2, offered: all) == .xoauth2)
        #expect(M.chosen(asked: .plain, offered: ["LOGIN"]) == nil)
    }

    @Test("No secret is ever printed")
    func redaction() throws {
        let credentials = try Self.credentials("ann", "s3cret-s3cret")
        var exchange = AuthenticationExchange(credentials, mechanism: .plain, nonce: [])
        let line = exchange.begin()
        let actions = SMTPClientMachine.Actions(write: .authentication(line))
        let machine = SMTPClientMachine(session: SessionTerms(credentials: credentials))
        let configuration = SMTPConnectionConfiguration(
            greetingName: try GreetingName("client.example"), credentials: credentials)
        let base64 = String(decoding: Self.base64("s3cret-s3cret"), as: UTF8.self)
        let encoded = Self.text(line).dropFirst("AUTH PLAIN ".count)
        for value in [credentials, exchange, line, actions, machine, configuration, Command.authentication(line)]
            as [Any]
        {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                #expect(
                    !text.contains("s3cret") && !text.contains(base64) && !text.contains(encoded), "\(type(of: value))")
            }
        }
        #expect("\(line)" == "<redacted>")
    }

    @Test("A server that repeats what it was sent does not get it into a fault")
    func scrubbing() throws {
        var exchange = try Self.exchange(.plain, user: "ann", password: "s3cret-s3cret")
        let line = Self.text(exchange.begin())
        let argument = line.dropFirst("AUTH PLAIN ".count)
        for said in [
            line, String(argument), "s3cret-s3cret", String(decoding: Self.base64("s3cret-s3cret"), as: UTF8.self),
        ] {
            let fault = exchange.refused(Reply(code: 500, text: "5.5.1 what is \(said)? \(said)"))
            guard case .refused(.plain, let reply) = fault else { return #expect(Bool(false), "\(fault)") }
            #expect(!reply.text.contains(said))
            #expect(reply.text.contains("<redacted>"))
            #expect(reply.text.hasPrefix("5.5.1 what is "))
        }
    }

    @Test("Credentials that no mechanism could carry are refused")
    func badCredentials() {
        func error(_ user: String, _ password: String) -> CredentialsError? {
            do throws(CredentialsError) {
                _ = try Credentials(user: user, secret: Secret(password))
                return nil
            } catch {
                return error
            }
        }
        #expect(error("", "x") == .userEmpty)
        #expect(error("a\0b", "x") == .userHasControls)
        #expect(error("a", "") == .secretEmpty)
        #expect(error("a", "x\ny") == .secretHasControls)
        #expect(error("a", String(repeating: "x", count: 4097)) == .tooLong)
        #expect(error("a", "pässword") == nil)
    }

    @Test("Whatever a server asks: an answer or a fault, and never the password in a fault")
    func anyChallenge() throws {
        var random = SplitMix64(seed: 11)
        func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        let nonce = "rOprNGfwEbeRWgbNEkqO"
        // One for all: their keys are worked out once.
        let credentials = try Self.credentials("user", "s3cret-s3cret")
        let pieces = [
            "r=\(nonce)x", "r=", "s=QSXCR+Q6sek8bf92", "s=!", "i=4096", "i=-1", "i=99999999999999999999", ",", "=",
            "e=x", "v=AA==", "\0",
        ]
        for round in 0..<3_000 {
            let mechanism = AuthenticationMechanism.allCases[round % AuthenticationMechanism.allCases.count]
            var exchange = AuthenticationExchange(credentials, mechanism: mechanism, nonce: Array(nonce.utf8))
            _ = exchange.begin()
            for _ in 0...pick(4) {
                var challenge = (0..<pick(5)).map { _ in pieces[pick(pieces.count)] }.joined(
                    separator: pick(2) == 0 ? "," : "")
                if pick(8) == 0 { challenge = "r=\(nonce)x,s=QSXCR+Q6sek8bf92,i=4096" }
                let text = pick(5) == 0 ? Array(challenge.utf8) : Self.base64(challenge)
                do throws(AuthenticationFault) {
                    let line = try exchange.challenged(text)
                    #expect(line.bytes.allSatisfy { (0x21...0x7E).contains($0) })
                } catch {
                    #expect(!"\(error)".contains("s3cret"))
                    break
                }
            }
            // However it went on, a server that has not proved itself is not believed.
            if mechanism == .scramSHA256 {
                #expect(throws: AuthenticationFault.serverNotProven) { try exchange.succeeded() }
            }
        }
    }
}
