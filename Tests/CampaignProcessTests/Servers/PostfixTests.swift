import Foundation
import Testing

extension ProcessTests {
    /// The server that most campaigns meet.
    @Suite("Postfix", .serialized)
    struct PostfixTests {
        private static let impatient = "retry: { attempts: 5, first: 200ms, factor: 1, cap: 200ms }"

        @Test(
            "R16, R23: every message lies in the mailbox exactly once, byte for byte: by BDAT, by DATA, and step by step",
            arguments: ["", "&chunking=off", "&pipelining=off"])
        func delivers(options: String) async throws {
            let scratch = try Scratch()
            let postfix = try PostfixServer(scratch)
            try await postfix.start()
            let campaign = try TestCampaign(
                scratch, recipients: 200, endpoints: [postfix.url("connections=5\(options)")])
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            try await campaign.expectArrived(try await postfix.delivered(200))
            try await campaign.expectSound()
        }

        @Test("SMTPUTF8: an address beyond ASCII arrives where the server offers it, and fails alone where it does not")
        func internationalAddresses() async throws {
            for settings in [[], ["smtpd_discard_ehlo_keywords = smtputf8"]] {
                let scratch = try Scratch()
                let postfix = try PostfixServer(scratch, settings)
                try await postfix.start()
                let campaign = try TestCampaign(scratch, recipients: 2, endpoints: [postfix.url()])
                try scratch.write(
                    TestCampaign.listName, "email,name\ngrüße@example.com,Jörg\nr000000@example.com,Åsa Ødegård\n")
                let finished = try await campaign.run("--quiet")
                #expect(finished.status == 0, "\(finished)")
                let status = try await campaign.status()
                let isOffered = settings.isEmpty
                #expect(status.sent == (isOffered ? 2 : 1) && status.failed == (isOffered ? 0 : 1))
                let arrived = try await postfix.delivered(isOffered ? 2 : 1)
                #expect(arrived.count == (isOffered ? 2 : 1))
                #expect(arrived.contains { $0.recipient == "grüße@example.com" } == isOffered)
                let failures = try await campaign.events("RecipientFailed")
                #expect(failures.allSatisfy { $0.address == "grüße@example.com" })
                try await campaign.expectSound()
            }
        }

        @Test("R28: greylisted by a policy service, everyone is tried again in time and arrives once")
        func greylisting() async throws {
            let scratch = try Scratch()
            let postfix = try PostfixServer(
                scratch, ["smtpd_recipient_restrictions = check_policy_service unix:private/greylist"],
                services: ["greylist unix - n n - 0 spawn user=nobody argv=/bin/sh ROOT/greylist.sh ROOT/seen"])
            try scratch.write("postfix/greylist.sh", Self.greylist)
            try FileManager.default.createDirectory(
                atPath: postfix.file("seen"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o777])
            _ = unsafe chmod(postfix.file("seen"), 0o777)
            try await postfix.start()
            let campaign = try TestCampaign(
                scratch, recipients: 60, endpoints: [postfix.url("connections=5")], manifest: Self.impatient)
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            try await campaign.expectArrived(try await postfix.delivered(60))
            let deferrals = try await campaign.events("RecipientDeferred")
            #expect(deferrals.count == 60)
            #expect(Set(deferrals.compactMap(\.address)) == campaign.addresses)
            #expect(try await campaign.events("EndpointFailed").isEmpty)
            try await campaign.expectSound()
        }

        /// The first time, later; a directory is made by one process alone.
        private static let greylist = """
            while read -r line; do
                case "$line" in
                recipient=*) recipient="${line#recipient=}" ;;
                "")
                    if mkdir "$1/$recipient" 2>/dev/null; then echo "action=451 4.7.1 Greylisted, come back"
                    else echo "action=DUNNO"; fi
                    echo ;;
                esac
            done
            """

        @Test("an unknown mailbox and refused content cost their recipients alone")
        func refusals() async throws {
            let scratch = try Scratch()
            let postfix = try PostfixServer(
                scratch,
                [
                    "virtual_mailbox_maps = regexp:ROOT/etc/mailboxes", "header_checks = regexp:ROOT/etc/headers",
                    "body_checks = regexp:ROOT/etc/bodies",
                ])
            try scratch.write("postfix/etc/mailboxes", "/^r00000[0-46-9]@/ all/\n/^r00001/ all/\n")
            try scratch.write("postfix/etc/headers", "/^Subject: Name 7,/ REJECT not this one\n")
            try scratch.write("postfix/etc/bodies", "/^Dear Name 11,/ REJECT 5.6.0 nor this\n")
            try await postfix.start()
            let campaign = try TestCampaign(scratch, recipients: 20, endpoints: [postfix.url()])
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            let failures = try await campaign.events("RecipientFailed")
            let gone = Set([5, 7, 11].map(TestCampaign.address))
            #expect(Set(failures.compactMap(\.address)) == gone && failures.count == 3)
            let reason = Dictionary(failures.map { ($0.address ?? "", $0.reply ?? "") }) { first, _ in first }
            #expect(reason[TestCampaign.address(5)]?.hasPrefix("550 5.1.1") == true, "\(reason)")
            #expect(reason[TestCampaign.address(7)]?.hasPrefix("550 5.7.1 not this one") == true, "\(reason)")
            #expect(reason[TestCampaign.address(11)]?.hasPrefix("550 5.6.0 nor this") == true, "\(reason)")
            try await campaign.expectArrived(try await postfix.delivered(17), except: gone)
            try await campaign.expectSound()
        }

        @Test("a message beyond the server's limit is not brought there, and stops the job before it burns the list")
        func tooLarge() async throws {
            let scratch = try Scratch()
            let postfix = try PostfixServer(scratch, ["message_size_limit = 600"])
            try await postfix.start()
            let campaign = try TestCampaign(scratch, recipients: 120, endpoints: [postfix.url()])
            // A run whose job pauses waits for a person, unless it was paused before the run began to look.
            let run = try campaign.startRun("--quiet")
            try await Eventually.holds("the journal; \(run.diagnostics)", within: .seconds(60)) {
                FileManager.default.fileExists(atPath: campaign.journal + "/data.mdb") || !run.isRunning
            }
            var status: StatusObject?
            for _ in 0..<600 where status?.state != "paused" {
                try await Eventually.moment(.milliseconds(50))
                status = try? await campaign.status()
            }
            run.send(SIGTERM)
            let finished = try await run.finished()
            #expect(finished.status == 75, "\(finished)")
            let paused = try await campaign.status()
            #expect(paused.state == "paused" && paused.sent == 0)
            #expect((50..<70).contains(paused.failed), "\(paused.failed)")
            #expect(
                try await campaign.events("RecipientFailed").allSatisfy { $0.reply?.hasPrefix("552 5.3.4") == true })
            #expect(postfix.deliveredCount == 0)
            try await campaign.expectSound()
        }

        @Test("R8: a limit of connections is kept to, and costs nobody anything")
        func connectionLimit() async throws {
            let scratch = try Scratch()
            let postfix = try PostfixServer(
                scratch, ["smtpd_client_connection_count_limit = 3", "smtpd_client_event_limit_exceptions ="])
            try await postfix.start()
            let campaign = try TestCampaign(
                scratch, recipients: 300, endpoints: [postfix.url("connections=10&slow-start=off&retry-interval=100ms")]
            )
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            #expect(try await campaign.events("EndpointFailed", "EndpointPaused", "RecipientDeferred").isEmpty)
            try await campaign.expectArrived(try await postfix.delivered(300))
            #expect(postfix.log.contains("Connection concurrency limit exceeded"))
            try await campaign.expectSound()
        }

        @Test("R8: connections that a server without free processes does not greet hold nobody up")
        func processLimit() async throws {
            let scratch = try Scratch()
            let postfix = try PostfixServer(scratch, processes: 3)
            try await postfix.start()
            // A greeting is waited for for five minutes (RFC 5321, section 4.5.3.2.1), a run here is not; and nobody leaves
            // a connection to others meanwhile.
            let campaign = try TestCampaign(
                scratch, recipients: 300, endpoints: [postfix.url("connections=10&slow-start=off&idle=10m")])
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            #expect(try await campaign.events("EndpointFailed", "EndpointPaused", "RecipientDeferred").isEmpty)
            try await campaign.expectArrived(try await postfix.delivered(300))
            try await campaign.expectSound()
        }

        @Test("R8, R1: the server is cut off in mid-campaign and comes back: nobody is forgotten, nobody gets two")
        func comesBack() async throws {
            let scratch = try Scratch()
            let postfix = try PostfixServer(scratch)
            try await postfix.start()
            let campaign = try TestCampaign(
                scratch, recipients: 1500,
                endpoints: [postfix.url("connections=5&retries=100&retry-interval=200ms&timeout=30s")])
            let run = try campaign.startRun("--quiet")
            try await Eventually.holds("some mail; \(postfix.log.suffix(1000))", within: .seconds(120)) {
                postfix.deliveredCount >= 100 || !run.isRunning
            }
            try await postfix.kill()
            // What a cleanup process leaves that is killed before it has named its file: `postsuper` has something to say.
            try scratch.write("postfix/queue/incoming/992035.143", "")
            try await postfix.start()
            let finished = try await run.finished(within: .seconds(200))
            #expect(finished.status == 0 || finished.status == 2, "\(finished)")
            let status = try await campaign.status()
            #expect(status.sent + status.inDoubt == 1500 && status.inDoubt <= 5, "\(status)")
            let doubts = Set(try await campaign.doubts().map(\.address))
            var arrived = try await postfix.delivered(status.sent)
            // What Postfix itself delivers twice after its crash keeps its queue id.
            try await Eventually.holds("everyone's mail but what is in doubt", every: .milliseconds(200)) {
                arrived = try postfix.arrived()
                return campaign.addresses.subtracting(arrived.compactMap(\.recipient)).isSubset(of: doubts)
            }
            let copies = Dictionary(grouping: arrived) { $0.recipient ?? "" }.mapValues { Set($0.map(\.queueID)).count }
            #expect(copies.values.allSatisfy { $0 == 1 })
            try await campaign.expectSound()
        }

        @Test(
            "R25: the engine is killed in mid-campaign, three times: nobody has two, whoever has none is held in doubt")
        func engineKilled() async throws {
            let scratch = try Scratch()
            let postfix = try PostfixServer(scratch)
            try await postfix.start()
            let campaign = try TestCampaign(scratch, recipients: 1200, endpoints: [postfix.url("connections=4")])
            for _ in 0..<3 {
                let run = try campaign.startRun("--quiet")
                let before = postfix.deliveredCount
                try await Eventually.holds("further mail; \(postfix.log.suffix(1000))", within: .seconds(120)) {
                    postfix.deliveredCount >= before + 100 || !run.isRunning
                }
                try await run.end()
            }
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0 || finished.status == 2, "\(finished)")
            let status = try await campaign.status()
            #expect(status.sent + status.inDoubt == 1200 && status.inDoubt <= 3 * 4, "\(status)")
            let doubts = Set(try await campaign.doubts().map(\.address))
            _ = try await postfix.delivered(status.sent)
            try await Eventually.holds("everyone's mail but what is in doubt", every: .milliseconds(200)) {
                let reached = try postfix.arrived().compactMap(\.recipient)
                return campaign.addresses.subtracting(reached).isSubset(of: doubts)
            }
            let reached = try postfix.arrived().compactMap(\.recipient)
            #expect(Set(reached).count == reached.count)
            try await campaign.expectSound()
        }
    }
}
