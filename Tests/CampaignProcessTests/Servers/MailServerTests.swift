import Foundation
import SecureTestServer
import Testing

extension ProcessTests {
    @Suite("OpenSMTPD and Dovecot", .serialized)
    struct MailServerTests {
        @Test(
            "R16, R23: OpenSMTPD, which offers no PIPELINING, puts every message into the mailbox once, byte for byte")
        func openSMTPD() async throws {
            let scratch = try Scratch()
            let server = try OpenSMTPDServer(scratch)
            try await server.start()
            let campaign = try TestCampaign(scratch, recipients: 200, endpoints: [server.url()])
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            try await campaign.expectArrived(try await server.delivered(200))
            try await campaign.expectSound()
        }

        @Test("LMTP: Dovecot has every message in its mailbox when the campaign ends, by TCP and by a Unix socket")
        func lmtp() async throws {
            for bySocket in [false, true] {
                let scratch = try Scratch()
                let dovecot = try DovecotServer(scratch)
                try await dovecot.start()
                let campaign = try TestCampaign(
                    scratch, recipients: 100,
                    endpoints: [(bySocket ? dovecot.socketURL : dovecot.url) + "?connections=4"])
                let finished = try await campaign.run("--quiet")
                #expect(finished.status == 0, "\(finished) \(dovecot.log.suffix(1000))")
                // There is no queue behind LMTP: what was taken lies in its mailbox.
                try await campaign.expectArrived(try dovecot.delivered())
                try await campaign.expectSound()
            }
        }

        @Test("LMTP: Dovecot is cut off in mid-campaign and comes back: nobody is forgotten, nobody gets two")
        func lmtpComesBack() async throws {
            let scratch = try Scratch()
            let dovecot = try DovecotServer(scratch)
            try await dovecot.start()
            let campaign = try TestCampaign(
                scratch, recipients: 400,
                endpoints: [dovecot.url + "?connections=4&retries=100&retry-interval=200ms&timeout=30s"])
            let run = try campaign.startRun("--quiet")
            try await Eventually.holds("some mail; \(dovecot.log.suffix(1000))", within: .seconds(120)) {
                dovecot.deliveredCount >= 50 || !run.isRunning
            }
            try await dovecot.kill()
            try await dovecot.start()
            let finished = try await run.finished(within: .seconds(200))
            #expect(finished.status == 0 || finished.status == 2, "\(finished)")
            let status = try await campaign.status()
            #expect(status.sent + status.inDoubt == 400 && status.inDoubt <= 4, "\(status)")
            let doubts = Set(try await campaign.doubts().map(\.address))
            let reached = try dovecot.delivered().compactMap(\.recipient)
            // Whoever dies may still say no to what it has saved: a copy that it denied is its own.
            let denied = try await campaign.events("RecipientDeferred", "RecipientReleased")
                .filter { ($0.reply ?? $0.reason ?? "").hasPrefix("4") }.compactMap(\.address)
            let twice = Set(Dictionary(grouping: reached) { $0 }.filter { $0.value.count > 1 }.keys).subtracting(denied)
            let history = try await campaign.events().filter { twice.contains($0.address ?? "") }
            #expect(twice.isEmpty, "\(history)")
            #expect(campaign.addresses.subtracting(reached).isSubset(of: doubts))
            try await campaign.expectSound()
        }

        @Test(
            "submission: Postfix believes Dovecot about the password, by every mechanism, by STARTTLS and inside of TLS"
        )
        func submission() async throws {
            let scratch = try Scratch()
            let (postfix, certificates) = try await Self.submissionServers(scratch)
            var expected = 0
            for (scheme, port) in [("smtp+starttls", 587), ("smtps", 465)] {
                for mechanism in ["plain", "login", "scram-sha-256"] {
                    let own = try Scratch()
                    let campaign = try TestCampaign(
                        own, recipients: 10,
                        endpoints: [
                            try Self.url(
                                own, scheme, postfix.server.host, port, certificates, password: DovecotServer.password)
                                + "&auth=\(mechanism)"
                        ])
                    let finished = try await campaign.run("--quiet")
                    #expect(
                        finished.status == 0, "\(scheme) \(mechanism): \(finished) \(postfix.server.log.suffix(1500))")
                    expected += 10
                    #expect(postfix.server.log.contains("sasl_method=\(mechanism.uppercased()), sasl_username=mailer"))
                    try await campaign.expectSound()
                    try Self.expectSecret(campaign, finished)
                }
            }
            #expect(try await postfix.server.delivered(expected).count == expected)
        }

        @Test("a wrong password removes the endpoint at once, charges nobody and is told nowhere")
        func wrongPassword() async throws {
            let scratch = try Scratch()
            let (postfix, certificates) = try await Self.submissionServers(scratch)
            let own = try Scratch()
            let campaign = try TestCampaign(
                own, recipients: 10,
                endpoints: [
                    try Self.url(
                        own, "smtp+starttls", postfix.server.host, 587, certificates,
                        password: "not \(DovecotServer.password)")
                ])
            let finished = try await campaign.run("--quiet")
            let status = try await campaign.status()
            #expect(finished.status == 69 && status.pending == 10, "\(finished) \(status)")
            #expect(try await campaign.events("EndpointFailed").count == 1)
            try Self.expectSecret(campaign, finished)
            try await campaign.expectSound()
        }

        /// Postfix, and the Dovecot that it asks.
        private struct Submission {
            let server: PostfixServer
            let directory: DovecotServer
        }

        private static func submissionServers(_ scratch: Scratch) async throws -> (Submission, TestCertificates) {
            let certificates = try await TestCertificates.shared()
            let dovecot = try DovecotServer(scratch)
            try await dovecot.start()
            let options =
                "-o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject "
                + "-o smtpd_tls_auth_only=yes"
            let postfix = try PostfixServer(
                scratch,
                [
                    "smtpd_sasl_type = dovecot", "smtpd_sasl_path = \(dovecot.authenticationSocket)",
                    "smtpd_tls_cert_file = \(certificates.good.path)",
                    "smtpd_tls_key_file = \(certificates.good.keyPath)",
                    "smtpd_tls_loglevel = 1",
                ],
                services: [
                    "HOST:587 inet n - n - - smtpd -o smtpd_tls_security_level=encrypt \(options)",
                    "HOST:465 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes \(options)",
                ])
            try await postfix.start()
            return (Submission(server: postfix, directory: dovecot), certificates)
        }

        private static func url(
            _ scratch: Scratch, _ scheme: String, _ host: String, _ port: Int, _ certificates: TestCertificates,
            password: String
        ) throws -> String {
            try scratch.write("password", password + "\n")
            _ = unsafe chmod(scratch.file("password"), 0o600)
            return "\(scheme)://\(DovecotServer.user)@\(host):\(port)?connections=2&tls-name=localhost"
                + "&tls-ca=\(certificates.authorityPath)&password-file=\(scratch.file("password"))"
        }

        /// The password is in nothing that was printed, and in no file of the journal.
        private static func expectSecret(_ campaign: TestCampaign, _ finished: Finished) throws {
            let secret = Data(DovecotServer.password.utf8)
            #expect(!finished.output.contains(DovecotServer.password))
            #expect(!finished.diagnostics.contains(DovecotServer.password))
            for name in try FileManager.default.subpathsOfDirectory(atPath: campaign.journal) {
                let data = try? Data(
                    contentsOf: URL(fileURLWithPath: "\(campaign.journal)/\(name)"), options: .alwaysMapped)
                #expect(data?.range(of: secret) == nil, "\(name)")
            }
        }
    }
}
