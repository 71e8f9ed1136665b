import NIOCore
import NIOPosix
import NIOSSL
import SecureTestServer
import Testing

@testable import CampaignSMTP

@Suite("Sessions inside of TLS, over loopback")
struct SecureConnectionTests {
    /// What came of a session, after its one message.
    struct Outcome: Sendable {
        var fault: ConnectionFault?
        var result: TransactionResult?
        var security: SessionSecurity?
        var isEncrypted = false
    }

    enum Way: CaseIterable { case startTLS, implicitTLS }

    private let message = Array("Subject: x\r\n\r\n.dot\r\n".utf8)

    private func client(
        _ name: String, roots: TrustRoots? = nil
    ) async throws -> TLSClient {
        let certificates = try await TestCertificates.shared()
        return try TLSClient(serverName: ServerName(name), roots: roots ?? .file(certificates.authorityPath))
    }

    /// Opens a session, sends one message, and says QUIT.
    private func session(
        _ server: SecureMailServer, _ security: SMTPConnectionConfiguration.Security, host: String = "127.0.0.1",
        credentials: Credentials? = nil, message: [UInt8]? = nil, resolver: (any Resolver & Sendable)? = nil,
        on loop: (any EventLoop)? = nil
    ) async throws -> Outcome {
        let eventLoop = loop ?? MultiThreadedEventLoopGroup.singleton.next()
        let message = message ?? self.message
        let configuration = SMTPConnectionConfiguration(
            greetingName: try GreetingName("client.example"), security: security,
            credentials: credentials)
        let (sender, recipient) = (try EnvelopePath("s@example.com"), try EnvelopePath("r@example.com"))
        let future = eventLoop.flatSubmit {
            let promise = eventLoop.makePromise(of: Outcome.self)
            var outcome = Outcome()
            SMTPConnection.connect(
                to: .host(host, port: server.port), configuration: configuration, on: eventLoop,
                resolver: resolver
            ) { opened in
                switch opened {
                case .failure(let fault):
                    outcome.fault = fault
                    promise.succeed(outcome)
                case .success(let connection):
                    (outcome.security, outcome.isEncrypted) = (connection.security, connection.isEncrypted)
                    connection.whenClosed = { _ in promise.succeed(outcome) }
                    connection.submit(
                        SMTPTransaction(sender: sender, recipient: recipient, source: FixedMessage(bytes: message))
                    ) { result in
                        outcome.result = result
                        connection.quit()
                    }
                }
            }
            return promise.futureResult
        }
        return try await future.get()
    }

    private func behaviour(
        _ way: Way, _ certificate: TestCertificates.Certificate, _ change: (inout ServerBehaviour) -> Void = { _ in }
    ) -> ServerBehaviour {
        ServerBehaviour.with {
            $0.security = way == .startTLS ? .startTLS : .implicitTLS
            $0.certificate = certificate
            change(&$0)
        }
    }

    private func security(_ way: Way, _ client: TLSClient) -> SMTPConnectionConfiguration.Security {
        way == .startTLS ? .startTLS(client) : .implicitTLS(client)
    }

    @Test("a message arrives inside of TLS, byte for byte", arguments: Way.allCases)
    func delivers(way: Way) async throws {
        let certificates = try await TestCertificates.shared()
        let server = try await SecureMailServer(
            behaviour(way, certificates.good) { $0.extensionsInsideTLS = ["CHUNKING", "REQUIRETLS"] })
        let outcome = try await session(server, security(way, try await client("localhost")))
        #expect(outcome.fault == nil)
        guard case .accepted = outcome.result else { return #expect(Bool(false), "\(outcome)") }
        #expect(outcome.isEncrypted)
        #expect(outcome.security?.version == "TLS 1.3")
        #expect(outcome.security?.cipher?.hasPrefix("TLS_") == true)
        #expect(outcome.security?.certificate?.subject == "good")
        #expect(outcome.security?.certificate?.issuer == "Test Authority")
        #expect(
            outcome.security?.certificate?.names.texts == [
                "localhost", "mail.example.test", "127.0.0.1", "0:0:0:0:0:0:0:1",
            ])
        #expect(
            server.messages == [
                ReceivedMessage(recipient: "r@example.com", bytes: message, isEncrypted: true, user: nil)
            ])
        try await server.close()
    }

    @Test("TLS 1.2 will do")
    func tls12() async throws {
        let certificates = try await TestCertificates.shared()
        let server = try await SecureMailServer(
            behaviour(.implicitTLS, certificates.good) { $0.tlsVersionMax = .tlsv12 })
        let outcome = try await session(server, .implicitTLS(try await client("127.0.0.1")))
        #expect(outcome.security?.version == "TLS 1.2")
        #expect(outcome.security?.cipher?.hasPrefix("TLS_ECDHE_ECDSA_WITH_") == true)
        try await server.close()
    }

    @Test("certificates that are not the server's, each with its own reason", arguments: Way.allCases)
    func badCertificates(way: Way) async throws {
        let certificates = try await TestCertificates.shared()
        let names = ["localhost", "mail.example.test", "127.0.0.1", "0:0:0:0:0:0:0:1"]
        let rows: [(TestCertificates.Certificate, String, TrustRoots?, CertificateFault)] = [
            (certificates.expired, "localhost", nil, .expired(1_609_459_200)),
            (certificates.notYetValid, "localhost", nil, .notYetValid(2_208_988_800)),
            (certificates.wrongName, "localhost", nil, .wrongName(asked: "localhost", names: ["other.example.test"])),
            (certificates.good, "mail.other.test", nil, .wrongName(asked: "mail.other.test", names: names)),
            // It is for the address that is connected to; that is not what was asked for.
            (certificates.addressOnly, "localhost", nil, .wrongName(asked: "localhost", names: ["127.0.0.1"])),
            (certificates.wrongName, "127.0.0.1", nil, .wrongName(asked: "127.0.0.1", names: ["other.example.test"])),
            (certificates.commonNameOnly, "localhost", nil, .wrongName(asked: "localhost", names: [])),
            (certificates.wildcard, "example.test", nil, .wrongName(asked: "example.test", names: ["*.example.test"])),
            (certificates.selfSigned, "localhost", nil, .selfSigned),
            (certificates.good, "localhost", .system, .unknownAuthority(issuer: "Test Authority")),
        ]
        for (certificate, name, roots, fault) in rows {
            let server = try await SecureMailServer(behaviour(way, certificate))
            let outcome = try await session(server, security(way, try await client(name, roots: roots)))
            #expect(outcome.fault == .tls(.certificate(fault)), "\(certificate.path) for \(name)")
            #expect(server.messages.isEmpty)
            #expect(server.commands.allSatisfy { $0.hasPrefix("EHLO") || $0 == "STARTTLS" })
            try await server.close()
        }
    }

    @Test("certificates that are: an address, a wildcard, one's own word where that is believed")
    func goodCertificates() async throws {
        let certificates = try await TestCertificates.shared()
        let rows: [(TestCertificates.Certificate, String, String?)] = [
            (certificates.addressOnly, "127.0.0.1", nil), (certificates.wildcard, "mail.example.test", nil),
            (certificates.good, "::1", nil), (certificates.selfSigned, "localhost", certificates.selfSigned.path),
        ]
        for (certificate, name, roots) in rows {
            let server = try await SecureMailServer(behaviour(.implicitTLS, certificate))
            let client = try await client(name, roots: try roots.map { try .file($0) })
            let outcome = try await session(server, .implicitTLS(client))
            #expect(outcome.fault == nil && outcome.result != nil, "\(certificate.path) for \(name)")
            try await server.close()
        }
    }

    @Test("a server with nothing newer than TLS 1.1", arguments: Way.allCases)
    func oldTLS(way: Way) async throws {
        let certificates = try await TestCertificates.shared()
        let server = try await SecureMailServer(behaviour(way, certificates.good) { $0.tlsVersionMax = .tlsv11 })
        let outcome = try await session(server, security(way, try await client("localhost")))
        #expect(outcome.fault == .tls(.versionTooOld))
        try await server.close()
    }

    @Test("plain text where TLS is due, and a server that waits for TLS where plain text is")
    func plainText() async throws {
        let server = try await SecureMailServer(ServerBehaviour())
        let outcome = try await session(server, .implicitTLS(try await client("localhost")))
        #expect(outcome.fault == .tls(.plainText))
        try await server.close()
    }

    @Test("STARTTLS refused, taken out on the way, or followed by what nobody could have said yet")
    func startTLS() async throws {
        let certificates = try await TestCertificates.shared()
        let rows: [((inout ServerBehaviour) -> Void, ConnectionFault)] = [
            ({ $0.startTLSReply = "554 5.7.0 no\r\n" }, .tls(.refused(Reply(code: 554, text: "5.7.0 no")))),
            (
                { $0.startTLSReply = "454 4.7.0 later\r\n" },
                .sessionRefused(.startTLS, Reply(code: 454, text: "4.7.0 later"))
            ),
            ({ $0.offersSTARTTLS = false }, .tls(.notOffered)),
            ({ $0.startTLSReply = "220 go\r\n250-injected\r\n" }, .tls(.injected)),
            ({ $0.startTLSReply = "220 go\r\n2" }, .tls(.injected)),
            // Goes on in plain text as if nothing had been agreed on.
            ({ $0.certificate = nil }, .tls(.injected)),
        ]
        for (change, fault) in rows {
            let server = try await SecureMailServer(behaviour(.startTLS, certificates.good, change))
            let outcome = try await session(server, .startTLS(try await client("localhost")))
            #expect(outcome.fault == fault)
            #expect(server.messages.isEmpty)
            #expect(!server.commands.contains { $0.hasPrefix("MAIL") || $0.hasPrefix("AUTH") })
            try await server.close()
        }
    }

    @Test("a server that wants a certificate of this client: told without the library's source files")
    func clientCertificate() async throws {
        let certificates = try await TestCertificates.shared()
        for version in [TLSVersion.tlsv12, .tlsv13] {
            let server = try await SecureMailServer(
                behaviour(.implicitTLS, certificates.good) {
                    $0.wantsClientCertificate = true
                    $0.tlsVersionMax = version
                })
            let outcome = try await session(server, .implicitTLS(try await client("localhost")))
            let words = outcome.fault.map { "\($0)" } ?? "no fault"
            #expect(!words.contains("/") && !words.contains("Error:"), "\(words)")
            #expect(outcome.fault != nil && outcome.result == nil)
            try await server.close()
        }
    }

    @Test("authenticates inside of TLS", arguments: ["SCRAM-SHA-256", "PLAIN", "LOGIN"])
    func authenticates(mechanism: String) async throws {
        let certificates = try await TestCertificates.shared()
        let server = try await SecureMailServer(behaviour(.startTLS, certificates.good) { $0.mechanisms = [mechanism] })
        let client = try await client("localhost")
        let password = "correct horse battery staple"
        let right = try Credentials(user: "ann", secret: Secret(password))
        let outcome = try await session(server, .startTLS(client), credentials: right)
        #expect(outcome.fault == nil)
        #expect(server.messages.map(\.user) == ["ann"])
        let wrong = try Credentials(user: "ann", secret: Secret("wrong \(password)"))
        let refused = try await session(server, .startTLS(client), credentials: wrong)
        guard case .authentication(.refused(_, let reply)) = refused.fault else {
            return #expect(Bool(false), "\(refused)")
        }
        #expect(reply.code == 535)
        try await server.close()
    }

    @Test("of a host's addresses the one that answers is the one inside of TLS")
    func severalAddresses() async throws {
        let certificates = try await TestCertificates.shared()
        for way in Way.allCases {
            let server = try await SecureMailServer(behaviour(way, certificates.good))
            let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
            // Nobody listens on port 1.
            let names = AddressFamilyTests.Names(
                eventLoop: eventLoop, v4: [try SocketAddress(ipAddress: "127.0.0.1", port: server.port)],
                v6: [try SocketAddress(ipAddress: "::1", port: 1)])
            let outcome = try await session(
                server, security(way, try await client("mail.example.test")), host: "mail.example.test",
                resolver: names, on: eventLoop)
            #expect(outcome.fault == nil && outcome.isEncrypted && outcome.result != nil)
            #expect(server.connectionCount == 1)
            try await server.close()
        }
    }

    @Test("a message of a few megabytes, with and without CHUNKING", arguments: ["8BITMIME", "CHUNKING"])
    func large(extension: String) async throws {
        let certificates = try await TestCertificates.shared()
        let server = try await SecureMailServer(
            behaviour(.implicitTLS, certificates.good) { $0.extensions = ["PIPELINING", `extension`] })
        let message = Array(String(repeating: ".0123456789\r\n", count: 200_000).utf8)
        let outcome = try await session(server, .implicitTLS(try await client("localhost")), message: message)
        guard case .accepted = outcome.result else { return #expect(Bool(false), "\(outcome)") }
        #expect(server.messages.map(\.bytes) == [message])
        try await server.close()
    }

    @Test("a server that hangs up: not sent before the content, in doubt after it")
    func hangsUp() async throws {
        let certificates = try await TestCertificates.shared()
        for (moment, isInDoubt) in [(ServerBehaviour.Moment.data, false), (.contentTaken, true)] {
            let server = try await SecureMailServer(behaviour(.startTLS, certificates.good) { $0.hangsUpAt = moment })
            let outcome = try await session(server, .startTLS(try await client("localhost")))
            switch outcome.result {
            case .notSent(.connectionLost): #expect(!isInDoubt)
            case .inDoubt(.connectionLost(.finalReply, _)): #expect(isInDoubt)
            default: #expect(Bool(false), "\(outcome)")
            }
            try await server.close()
        }
    }
}
