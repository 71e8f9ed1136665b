import Foundation
import Testing

extension ProcessTests {
    /// `kill -9` twenty times at random moments, the same command again each time.
    @Suite("Killed twenty times", .serialized)
    struct KillTests {
        private static let connections = 64

        private static var recipients: Int {
            ProcessInfo.processInfo.environment["KILL_TEST_RECIPIENTS"].flatMap { Int($0) } ?? 20_000
        }

        @Test(
            "R1, R12, R25: over SMTP nobody is reached twice, nobody is missing but those named as in doubt",
            arguments: [1, 4])
        func overSMTP(claimsAhead: Int) async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(
                scratch, recipients: Self.recipients,
                endpoints: [server.url("connections=\(Self.connections)&claims-ahead=\(claimsAhead)")])
            var storm = KillStorm(seed: SplitMix64.seed(for: "kill -9 over SMTP"), total: Self.recipients)
            let tally = try await storm.rage(campaign) { server.quickCount }
            print("kill -9 over SMTP: \(tally)")
            #expect(tally.total == 20)
            #expect(tally.sending >= 8)
            let last = try await campaign.run("--quiet")

            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(last.status == (status.inDoubt > 0 ? 2 : 0), "\(last)")
            let missing = try await campaign.expectOneEach(server.accepted)
            try await expectBoundedDoubt(campaign, status)
            try await expectEvidence(campaign)
            try await campaign.expectSound()
            print("kill -9 over SMTP: in doubt \(status.inDoubt), of whom \(missing.count) were not reached")
            try await resolveAll(campaign, server, missing)
        }

        @Test("R12: with a program that can look into the server's record nobody is in doubt")
        func probed() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            // What the server has taken is in its record before the connection is closed at its side. While one is open (states
            // but LISTEN and TIME_WAIT), something that a dead engine has sent may still be unread: nobody knows then.
            let probe = scratch.file("probe")
            let port = String(server.port, radix: 16, uppercase: true)
            try scratch.write(
                "probe",
                """
                #!/bin/sh
                for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
                    if awk '$2 ~ /:0*\(port)$/ && $4 != "0A" && $4 != "06" { n++ } END { exit n > 0 }' /proc/net/tcp; then
                        grep -q "^$CAMPAIGN_KEY" '\(scratch.file("accepted.txt"))' && exit 0
                        exit 1
                    fi
                    sleep 0.3
                done
                exit 2

                """)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: probe)
            let campaign = try TestCampaign(
                scratch, recipients: Self.recipients / 4,
                endpoints: [server.url("connections=16&idle=1s&probe-settle=2s&probe-command=\(probe)")])
            var storm = KillStorm(seed: SplitMix64.seed(for: "kill -9 with a probe"), total: Self.recipients / 4)
            storm.kills = 6
            print("kill -9 with a probe: \(try await storm.rage(campaign) { server.quickCount })")
            let last = try await campaign.run("--quiet")
            #expect(last.status == 0, "\(last)")
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(status.inDoubt == 0 && status.sent == campaign.recipients)
            let accepted = server.accepted
            #expect(accepted.count == campaign.recipients)
            #expect(try await campaign.expectOneEach(accepted).isEmpty)
            try await campaign.expectSound()
            let asked = try await campaign.events("RecipientSent").count {
                $0.reply?.contains("found accepted") == true
            }
            print("kill -9 with a probe: \(asked) found accepted")
        }

        /// In doubt at most once per connection and kill, however many were claimed, and listed.
        private func expectBoundedDoubt(_ campaign: TestCampaign, _ status: StatusObject) async throws {
            let doubts = try await campaign.doubts()
            #expect(doubts.count == status.inDoubt)
            let events = try await campaign.events("RecipientInDoubt")
            let byEpoch = Dictionary(grouping: events, by: \.epoch).mapValues(\.count)
            #expect(byEpoch.values.allSatisfy { $0 <= Self.connections }, "in doubt by epoch: \(byEpoch)")
        }

        /// Where the engine was killed, the flight record told all but what was between hand-over and reply.
        private func expectEvidence(_ campaign: TestCampaign) async throws {
            let evidence = "by the flight record"
            let doubts = try await campaign.events("RecipientInDoubt")
            let sent = try await campaign.events("RecipientSent").count { $0.reply?.contains(evidence) == true }
            let released = try await campaign.events("RecipientReleased").count {
                $0.reason?.contains(evidence) == true
            }
            let unexplained = doubts.filter { $0.reason?.contains(evidence) != true }
            #expect(unexplained.isEmpty, "in doubt without evidence of a hand-over: \(unexplained.prefix(3))")
            print(
                "kill -9 over SMTP: \(doubts.count) in doubt with the flight record; by claims alone "
                    + "\(doubts.count + sent + released): \(sent) known to be sent, \(released) known not to be")
        }

        /// A person looks into the server's record and decides; then nobody is missing.
        private func resolveAll(
            _ campaign: TestCampaign, _ server: RecordingServer, _ missing: Set<String>
        ) async throws {
            let held = Set(try await campaign.doubts().map(\.address))
            guard !held.isEmpty else { return }
            let reached = held.subtracting(missing)
            // One by one for the smaller group, the rest at once.
            let (few, verdict, others) =
                reached.count <= missing.count ? (reached, "--sent", "--not-sent") : (missing, "--not-sent", "--sent")
            for address in few.sorted() {
                let resolved = try await campaign.command("in-doubt", "resolve", address, verdict, "--reason", "record")
                try #require(resolved.status == 0, "\(resolved)")
            }
            if few.count < held.count {
                let rest = try await campaign.command("in-doubt", "resolve", "--all", others, "--reason", "record")
                try #require(rest.status == 0, "\(rest)")
            }
            let finished = try await campaign.run("--quiet")
            #expect(finished.status == 0, "\(finished)")
            let accepted = server.accepted
            #expect(accepted.count == campaign.recipients)
            #expect(try await campaign.expectOneEach(accepted).isEmpty)
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(status.sent == campaign.recipients)
            try await campaign.expectSound()
        }

        @Test("R1, R9: into a drop directory that is emptied meanwhile each message appears exactly once")
        func intoDropDirectory() async throws {
            let scratch = try Scratch()
            let outbox = scratch.file("outbox")
            let campaign = try TestCampaign(scratch, recipients: Self.recipients, endpoints: ["dir:\(outbox)"])
            let pickup = try PickupService(from: outbox, to: scratch.file("taken"))
            defer { pickup.stop() }
            var storm = KillStorm(seed: SplitMix64.seed(for: "kill -9, drop directory"), total: Self.recipients)
            let tally = try await storm.rage(campaign) { pickup.count }
            print("kill -9, drop directory: \(tally)")
            #expect(tally.total == 20)
            #expect(tally.sending >= 8)

            let last = try await campaign.run("--quiet")
            #expect(last.status == 0, "\(last)")
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(status.inDoubt == 0)
            #expect(status.sent == campaign.recipients)
            try await Eventually.holds("the last files to be taken away: \(pickup.count)") {
                pickup.count >= campaign.recipients
            }
            #expect(pickup.count == campaign.recipients)
            #expect(pickup.twice.isEmpty, "taken away twice: \(pickup.twice.prefix(5))")
            #expect(try pickup.addresses() == campaign.addresses)
            try await campaign.expectSound()
        }
    }
}
