import Foundation
import SecureTestServer
import Testing

extension ProcessTests {
    @Suite("Servers that want TLS and a password") struct SecureServer {}
}

extension ProcessTests.SecureServer {
    private static let password = "correct horse battery staple"

    /// A campaign whose endpoint wants TLS and a password, which is in a file beside it.
    private func campaign(
        _ scratch: Scratch, port: Int, recipients: Int, password: String = Self.password
    ) async throws -> TestCampaign {
        let certificates = try await TestCertificates.shared()
        try scratch.write("mail.secret", password + "\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: scratch.file("mail.secret"))
        let url =
            "smtp+starttls://ann@localhost:\(port)?connections=3&password-file=mail.secret&trace=traces"
            + "&tls-ca=\(certificates.authorityPath)&retry-interval=100ms"
        return try TestCampaign(scratch, recipients: recipients, endpoints: [url])
    }

    private func server(_ change: (inout ServerBehaviour) -> Void = { _ in }) async throws -> SecureMailServer {
        let certificates = try await TestCertificates.shared()
        return try await SecureMailServer(
            .with {
                $0.security = .startTLS
                $0.certificate = certificates.good
                $0.mechanisms = ["PLAIN", "LOGIN"]
                $0.password = Self.password
                change(&$0)
            })
    }

    /// `campaign check`, which knows no journal.
    private func check(_ scratch: Scratch, _ options: String...) async throws -> Finished {
        try await RunningProcess(
            try Programs.campaign(), ["check", "campaign.yaml"] + options, directory: scratch.path
        ).finished()
    }

    /// Every form in which the password, or the line that it goes out in, could have been written down.
    private var traces: [Data] {
        let password = Data(Self.password.utf8)
        return [
            password, password.base64EncodedData(), Data("\0ann\0\(Self.password)".utf8).base64EncodedData(),
        ]
    }

    /// Files below the directory that hold one of the forms, but for the one that is meant to.
    private func leaks(in directory: String) -> [String] {
        let files = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
        return files.filter { name in
            guard name != "mail.secret", let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else {
                return false
            }
            return traces.contains { data.range(of: $0) != nil }
        }
    }

    @Test("a campaign goes out inside of TLS; the password is nowhere but in its file")
    func secrecy() async throws {
        let scratch = try Scratch()
        let server = try await server()
        let campaign = try await campaign(scratch, port: server.port, recipients: 60)
        let check = try await check(scratch, "--json")
        #expect(check.status == 0, "\(check)")
        #expect(
            check.output.contains("\"authenticatedBy\":\"PLAIN\"") && check.output.contains("\"version\":\"TLS 1.3\""))
        #expect(server.messages.isEmpty)

        let run = try campaign.startRun()
        var commandLines: [Data] = []
        try await Eventually.holds("messages to arrive") {
            if let line = FileManager.default.contents(atPath: "/proc/\(run.pid)/cmdline") { commandLines.append(line) }
            return server.messages.count >= 5 || !run.isRunning
        }
        let finished = try await run.finished()
        #expect(finished.status == 0, "\(finished)")
        campaign.expectAllSettled(try await campaign.status())
        try await campaign.expectSound()
        #expect(Set(server.messages.map(\.recipient)) == campaign.addresses)
        #expect(server.messages.count == 60)
        #expect(server.messages.allSatisfy { $0.isEncrypted && $0.user == "ann" })

        var outputs = [check.output, check.diagnostics, finished.output, finished.diagnostics]
        for words in [
            ["log"], ["log", "--json"], ["endpoints"], ["status"], ["status", "--json"],
            ["why", TestCampaign.address(0)],
        ] {
            let finished = try await campaign.start(words).finished()
            outputs += [finished.output, finished.diagnostics]
        }
        for text in outputs.map({ Data($0.utf8) }) + commandLines {
            #expect(!traces.contains { text.range(of: $0) != nil })
        }
        // Traces of three connections and of the check, the journal, the campaign file.
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("traces"))
        #expect(names.count >= 2)
        #expect(leaks(in: scratch.path) == [])
        #expect(!commandLines.isEmpty)
        try await server.close()
    }

    @Test("a password in an address is refused, wherever it is written, and not repeated")
    func passwordInAddress() async throws {
        let scratch = try Scratch()
        let address = "smtps://ann:\(Self.password.replacing(" ", with: "-"))@127.0.0.1"
        let campaign = try TestCampaign(scratch, recipients: 1, endpoints: [address])
        let inFile = try await campaign.run()
        let onCommandLine = try await campaign.run("--endpoint", address, "--json")
        for finished in [inFile, onCommandLine, try await check(scratch, "--offline")] {
            #expect(finished.status == 65, "\(finished)")
            #expect((finished.output + finished.diagnostics).contains("password-file=PATH"), "\(finished)")
            #expect(!(finished.output + finished.diagnostics).contains("correct-horse"), "\(finished)")
        }
    }

    @Test("a wrong password removes the endpoint at once, and the right one goes on where it stopped")
    func wrongPassword() async throws {
        let scratch = try Scratch()
        let server = try await server()
        let campaign = try await campaign(
            scratch, port: server.port, recipients: 10, password: "wrong \(Self.password)")
        let refused = try await campaign.run()
        #expect(refused.status == 69, "\(refused)")
        let removed = try await campaign.events("EndpointRemoved")
        #expect(removed.count == 1)
        let log = try await campaign.command("log")
        #expect(log.output.contains("535 5.7.8"))
        #expect(!log.output.contains(Self.password))
        #expect(leaks(in: scratch.path) == [])
        #expect(server.messages.isEmpty)
        try scratch.write("mail.secret", Self.password)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: scratch.file("mail.secret"))
        let finished = try await campaign.run()
        #expect(finished.status == 0, "\(finished)")
        #expect(Set(server.messages.map(\.recipient)) == campaign.addresses)
        #expect(server.messages.count == 10)
        try await campaign.expectSound()
        try await server.close()
    }

    @Test("a certificate for somebody else: nothing is sent, and the reason is in the log and in check")
    func wrongCertificate() async throws {
        let scratch = try Scratch()
        let certificates = try await TestCertificates.shared()
        let server = try await server { $0.certificate = certificates.wrongName }
        let campaign = try await campaign(scratch, port: server.port, recipients: 3)
        let check = try await check(scratch)
        #expect(check.status == 69 && check.output.contains("not for localhost but for other.example.test"), "\(check)")
        let run = try await campaign.run()
        #expect(run.status == 69, "\(run)")
        let status = try await campaign.command("endpoints")
        #expect(status.output.contains("other.example.test"), "\(status)")
        #expect(server.messages.isEmpty)
        #expect(!server.commands.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
        try await server.close()
    }

    @Test("a password file that others can read is refused before anything is sent, with what mends it")
    func readableFile() async throws {
        let scratch = try Scratch()
        let server = try await server()
        let campaign = try await campaign(scratch, port: server.port, recipients: 1)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: scratch.file("mail.secret"))
        let run = try await campaign.run()
        #expect(run.status == 65, "\(run)")
        #expect(run.diagnostics.contains("chmod 600"), "\(run)")
        #expect(server.connectionCount == 0)
        try await server.close()
    }
}
