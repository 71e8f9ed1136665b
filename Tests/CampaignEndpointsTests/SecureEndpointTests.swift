import CampaignDomain
import CampaignEngine
import Foundation
import NIOSSL
import SecureTestServer
import Testing

@testable import CampaignEndpoints

@Suite("Servers that want TLS, a password, or LMTP", .timeLimit(.minutes(5)))
struct SecureEndpointTests {
    private static let password = "correct horse battery staple"

    /// The bytes of every message arrive, and the answers are right.
    private func deliver(_ url: String, to server: SecureMailServer, count: Int = 3) async throws {
        let bench = try await LaneBench(url: url, messages: count)
        var expected: Set<[UInt8]> = []
        for delivery in bench.deliveries {
            var bytes: [UInt8] = []
            try delivery.render(into: &bytes)
            expected.insert(bytes)
        }
        bench.endpoint.prepare(bench.deliveries)
        var sent = 0
        while sent < count {
            switch try await bench.answer() {
            case .prepared(let ordinal): bench.deliver(Int(ordinal))
            case .outcome(_, .sent): sent += 1
            case .outcome(let ordinal, let outcome): return #expect(Bool(false), "\(ordinal): \(outcome)")
            }
        }
        await bench.close()
        #expect(server.messages.count == count)
        #expect(Set(server.messages.map(\.bytes)) == expected)
        #expect(Set(server.messages.map(\.recipient)) == Set((0..<count).map { "r\($0)@example.com" }))
    }

    @Test(
        "every message arrives byte for byte",
        arguments: [
            ("smtps", "PIPELINING"), ("smtps", "CHUNKING"), ("smtp+starttls", "CHUNKING"), ("smtp+starttls", "NONE"),
            ("lmtp", "PIPELINING"), ("lmtp", "NONE"), ("lmtp+starttls", "CHUNKING"),
        ])
    func delivers(scheme: String, extension: String) async throws {
        let certificates = try await TestCertificates.shared()
        let scratch = try Scratch()
        let secret = try scratch.secret(Self.password)
        let isEncrypted = scheme != "lmtp"
        let server = try await SecureMailServer(
            .with {
                $0.security = scheme == "smtps" ? .implicitTLS : isEncrypted ? .startTLS : .none
                $0.certificate = certificates.good
                $0.isLMTP = scheme.hasPrefix("lmtp")
                $0.mechanisms = ["PLAIN"]
                $0.extensions = [`extension` == "CHUNKING" ? "PIPELINING" : "SMTPUTF8", `extension`]
            })
        let security =
            isEncrypted ? "&tls-ca=\(certificates.authorityPath)&tls-name=localhost" : "&auth-plaintext=allowed"
        try await deliver(
            "\(scheme)://ann@127.0.0.1:\(server.port)?connections=2&password-file=\(secret)\(security)", to: server)
        #expect(server.messages.allSatisfy { $0.isEncrypted == isEncrypted && $0.user == "ann" })
        try await server.close()
    }

    @Test("LMTP over a Unix socket, with a password that never leaves this machine")
    func unixSocket() async throws {
        let scratch = try Scratch()
        let secret = try scratch.secret(Self.password)
        // A socket's path is short.
        let path = "/tmp/c-\(UUID().uuidString.prefix(8)).lmtp"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let server = try await SecureMailServer(
            .with {
                $0.isLMTP = true
                $0.mechanisms = ["SCRAM-SHA-256"]
            }, socketPath: path)
        try await deliver("lmtp+unix://ann@\(path)?connections=1&password-file=\(secret)", to: server)
        #expect(server.messages.map(\.user) == ["ann", "ann", "ann"])
        try await server.close()
    }

    @Test("what people must mend is hopeless at once, what may pass is not; each with its own words")
    func severities() async throws {
        let certificates = try await TestCertificates.shared()
        let scratch = try Scratch()
        let secret = try scratch.secret("wrong")
        typealias Row = (
            change: @Sendable (inout ServerBehaviour) -> Void, scheme: String, EndpointFault.Severity, String
        )
        let rows: [Row] = [
            ({ $0.certificate = certificates.expired }, "smtps", .hopeless, "expired on 2021-01-01"),
            (
                { $0.certificate = certificates.wrongName }, "smtps", .hopeless,
                "not for localhost but for other.example.test"
            ),
            ({ $0.offersSTARTTLS = false }, "smtp+starttls", .hopeless, "does not offer STARTTLS"),
            ({ $0.startTLSReply = "454 4.7.0 later\r\n" }, "smtp+starttls", .unavailable, "454 4.7.0 later"),
            ({ $0.startTLSReply = "220 go\r\n250 forged\r\n" }, "smtp+starttls", .hopeless, "before the handshake"),
            ({ $0.tlsVersionMax = .tlsv11 }, "smtps", .hopeless, "TLS 1.1"),
            ({ $0.mechanisms = ["PLAIN"] }, "smtps", .hopeless, "535 5.7.8"),
            ({ $0.mechanisms = [] }, "smtps", .hopeless, "offers no authentication"),
            ({ $0.mechanisms = ["GSSAPI"] }, "smtps", .hopeless, "only GSSAPI"),
            (
                {
                    $0.mechanisms = ["PLAIN"]
                    $0.authenticationReply = "454 4.7.0 Temporary authentication failure\r\n"
                }, "smtps", .unavailable, "454 4.7.0"
            ),
        ]
        for (change, scheme, severity, words) in rows {
            let server = try await SecureMailServer(
                .with {
                    $0.security = scheme == "smtps" ? .implicitTLS : .startTLS
                    $0.certificate = certificates.good
                    change(&$0)
                })
            let query = "connections=1&tls-ca=\(certificates.authorityPath)&tls-name=localhost&password-file=\(secret)"
            let bench = try await LaneBench(url: "\(scheme)://ann@127.0.0.1:\(server.port)?\(query)", messages: 1)
            bench.prepare(0)
            guard case .outcome(0, .notSent(let fault)) = try await bench.answer() else {
                return #expect(Bool(false), "\(words)")
            }
            #expect(fault.severity == severity, "\(fault)")
            #expect(fault.reason.contains(words), "\(fault)")
            #expect(await bench.endpoint.check() == fault)
            await bench.close()
            #expect(server.messages.isEmpty)
            try await server.close()
        }
    }

    @Test("requiretls is content inside of TLS where the server offers it, and never outside")
    func requireTLS() async throws {
        let certificates = try await TestCertificates.shared()
        let tls = "&tls-ca=\(certificates.authorityPath)&tls-name=localhost"
        for (security, offered, words) in [
            (ServerBehaviour.Security.startTLS, ["REQUIRETLS"], nil), (.startTLS, [], "does not offer REQUIRETLS"),
            (.none, ["REQUIRETLS"], "not encrypted"),
        ] {
            let server = try await SecureMailServer(
                .with {
                    $0.security = security
                    $0.certificate = certificates.good
                    if security == .none { $0.extensions += offered } else { $0.extensionsInsideTLS = offered }
                })
            let scheme = security == .none ? "smtp" : "smtp+starttls"
            let url = "\(scheme)://127.0.0.1:\(server.port)?connections=1&requiretls\(security == .none ? "" : tls)"
            if let words {
                let fault = await (try SMTPEndpoint(EndpointURL(parsing: url, relativeTo: "/"))).check()
                #expect(fault?.severity == .hopeless && fault?.reason.contains(words) == true)
            } else {
                try await deliver(url, to: server)
                #expect(server.commands.contains { $0.hasPrefix("MAIL FROM:") && $0.contains(" REQUIRETLS") })
            }
            try await server.close()
        }
    }

    @Test("an inspection tells what the server is, and sends nothing")
    func inspection() async throws {
        let certificates = try await TestCertificates.shared()
        let scratch = try Scratch()
        let secret = try scratch.secret(Self.password)
        let server = try await SecureMailServer(
            .with {
                $0.security = .startTLS
                $0.certificate = certificates.good
                $0.mechanisms = ["LOGIN", "PLAIN"]
            })
        let url =
            "smtp+starttls://ann@localhost:\(server.port)?tls-ca=\(certificates.authorityPath)&password-file=\(secret)"
        let inspection = await (try SMTPEndpoint(EndpointURL(parsing: url, relativeTo: "/"))).inspect()
        #expect(inspection.fault == nil)
        #expect(inspection.extensions == ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE", "AUTH"])
        #expect(inspection.sizeLimitBytes == 1_000_000)
        #expect(inspection.mechanisms == ["LOGIN", "PLAIN"])
        #expect(inspection.authenticatedBy == "PLAIN")
        #expect(inspection.tlsVersion == "TLS 1.3")
        #expect(inspection.cipher?.hasPrefix("TLS_") == true)
        #expect(inspection.certificate?.subject == "good")
        #expect(inspection.certificate?.names.first == "localhost")
        #expect(inspection.certificate?.issuer == "Test Authority")
        let validity = (inspection.certificate?.notAfter ?? 0) - (inspection.certificate?.notBefore ?? 0)
        #expect(validity == 30 * 86_400)
        #expect(server.messages.isEmpty)
        #expect(!server.commands.contains { $0.hasPrefix("MAIL") })
        try await server.close()
    }

    @Test("a trace has the dialogue inside of TLS, without password and content, for its owner's eyes alone")
    func trace() async throws {
        let certificates = try await TestCertificates.shared()
        let scratch = try Scratch()
        let secret = try scratch.secret(Self.password)
        for mechanism in ["PLAIN", "LOGIN", "SCRAM-SHA-256"] {
            let server = try await SecureMailServer(
                .with {
                    $0.security = .startTLS
                    $0.certificate = certificates.good
                    $0.mechanisms = [mechanism]
                    $0.extensions = ["PIPELINING"]
                })
            let folder = "\(scratch.path)/traces/\(mechanism)"
            let url =
                "smtp+starttls://ann@127.0.0.1:\(server.port)?connections=1&tls-ca=\(certificates.authorityPath)"
                + "&tls-name=localhost&password-file=\(secret)&trace=\(folder)"
            try await deliver(url, to: server, count: 2)
            try await server.close()
            let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(files.count == 1)
            let path = "\(folder)/\(files.first ?? "")"
            #expect(try scratch.mode(path) == 0o600)
            #expect(try scratch.mode(folder) == 0o700)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            for line in [
                "C: EHLO ", "S: 220 2.0.0 go ahead", "C: STARTTLS", "-- TLS 1.3", "C: AUTH \(mechanism)",
                "S: 235 2.7.0", "C: MAIL FROM:<shop@example.com>", "C: RCPT TO:<r1@example.com>", "C: DATA",
                "S: 354 go",
                " bytes of content>", "S: 250 2.0.0 it taken",
            ] {
                #expect(text.contains(line), "\(line) in \(text)")
            }
            #expect(!text.contains("Hello Name"))
            #expect(!text.contains(Self.password))
            #expect(!text.contains(Data(Self.password.utf8).base64EncodedString()))
            #expect(!text.contains(Data("\0ann\0\(Self.password)".utf8).base64EncodedString()))
            #expect(!text.contains(",p="))
        }
    }
}
