import Foundation
import Testing

extension ProcessTests {
    /// What happened elsewhere, done to this engine with real processes. The other rows are with their subjects:
    /// `DiskFullTests` (R7), `ServerDeathTests` (R8, R28), `RerunTests` (R3, R21), `KillTests` (R25), `ControlTests` (R26).
    ///
    /// Environment: `INCIDENT_SCALE=1` takes the historical numbers (`make incidents`), 10 by default a tenth of them.
    @Suite("Incidents", .serialized)
    struct IncidentTests {
        private static let scale = max(
            1, ProcessInfo.processInfo.environment["INCIDENT_SCALE"].flatMap { Int($0) } ?? 10)

        // MARK: R1

        /// The numbers of the incident, scaled.
        private static let recipients = 234_639 / scale
        private static let interruption = 58_853 / scale
        private static let errors = 10

        /// Ten consecutive recipients that the server refuses, long before the interruption.
        private static var refused: Set<String> {
            let first = interruption / 2 / 10 * 10
            return Set((first..<(first + errors)).map(TestCampaign.address))
        }

        /// What the ten have in common, and nobody else: all digits but the last.
        private static var refusedPattern: String {
            String((refused.min() ?? "").prefix(6))
        }

        @Test(
            "R1: 234,639 recipients, the journal's disk is gone at 58,853 with 10 errors: the rest are sent, none twice"
        )
        func storeLost() async throws {
            let scratch = try Scratch()
            let disk = try await SmallDisk.mount(scratch.file("disk"), sizeMegabytes: 160, scratch)
            try await disk.use { path in
                let server = try await RecordingServer.start(
                    scratch, "--refuse-rcpt", "\(Self.refusedPattern)=550 5.1.1 Nobody of that name")
                let campaign = try TestCampaign(
                    scratch, recipients: Self.recipients, endpoints: [server.url("connections=64")])
                campaign.journal = path + "/campaign.journal"
                try await interruptAndRunAgain(
                    campaign, "over SMTP, the disk full and the engine killed", errors: Self.errors, connections: 64,
                    reached: { server.quickCount }, accepted: { server.accepted },
                    interrupting: { run in
                        // The disk is gone from one instant to the next, as the engine sees it.
                        run.send(SIGSTOP)
                        disk.fill()
                        run.send(SIGCONT)
                        try await Eventually.holds("the reason; it says: \(run.diagnostics.suffix(500))") {
                            run.diagnostics.contains("no space left") || !run.isRunning
                        }
                        try await run.end()
                        try await expectNothingSent(campaign, server)
                        try disk.makeRoom()
                    })
            }
        }

        /// The same command while the disk is still full: refused with 74, or waiting with the reason said; never sending.
        private func expectNothingSent(_ campaign: TestCampaign, _ server: RecordingServer) async throws {
            // What the killed engine had handed to the system still arrives.
            var count = -1
            try await Eventually.holds("the last messages to arrive", every: .milliseconds(250)) {
                defer { count = server.count }
                return count == server.count
            }
            let again = try campaign.startRun()
            try await Eventually.holds("the reason; it says: \(again.diagnostics.suffix(500))") {
                !again.isRunning || again.diagnostics.range(of: "no space left", options: .caseInsensitive) != nil
            }
            if again.isRunning {
                try await again.end()
            } else {
                #expect(try await again.finished().status == 74)
            }
            // Claims that it found may be in doubt for it, but nothing can be claimed.
            #expect(server.count == count)
        }

        @Test("R1: the same into a drop directory that is being emptied, the engine killed at 58,853")
        func killed() async throws {
            let scratch = try Scratch()
            let outbox = scratch.file("outbox")
            let campaign = try TestCampaign(
                scratch, recipients: Self.recipients, endpoints: ["dir:\(outbox)?connections=128"])
            let consumer = DropConsumer(outbox)
            defer { consumer.stop() }
            try await interruptAndRunAgain(
                campaign, "into a drop directory, the engine killed", errors: 0, connections: 0,
                reached: { consumer.count + consumer.waiting },
                accepted: {
                    try await Eventually.holds(
                        "the last files to be taken", within: .seconds(60), every: .milliseconds(50)
                    ) {
                        consumer.waiting == 0
                    }
                    return consumer.taken
                },
                interrupting: { try await $0.end() })
            #expect(consumer.malformed.isEmpty)
        }

        private func interruptAndRunAgain(
            _ campaign: TestCampaign, _ what: String, errors: Int, connections: Int, reached: () -> Int,
            accepted: () async throws -> [RecordingServer.Accepted],
            interrupting: (RunningProcess) async throws -> Void
        ) async throws {
            let began = ContinuousClock.now
            let run = try campaign.startRun()
            try await Eventually.holds(
                "the interruption's moment; \(run.diagnostics.suffix(500))", within: .seconds(120)
            ) {
                reached() >= Self.interruption - errors || !run.isRunning
            }
            try #require(run.isRunning, "\(run.diagnostics.suffix(500))")
            try await interrupting(run)
            let before = try await accepted().count
            let between = try await campaign.status()
            #expect(between.state == "interrupted")
            #expect(between.sent <= before)
            #expect(between.failed == errors)

            let again = try await campaign.run("--quiet", within: .seconds(240))
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(again.status == (status.inDoubt > 0 ? 2 : 0), "\(again)")
            #expect(status.failed == errors)
            #expect(status.inDoubt <= connections)
            let all = try await accepted()
            let addresses = Set(all.map(\.address))
            #expect(addresses.count == all.count, "somebody got it twice")
            let failed = errors > 0 ? Self.refused : []
            #expect(addresses.isDisjoint(with: failed))
            let doubts = Set(try await campaign.doubts().map(\.address))
            #expect(campaign.addresses.subtracting(addresses).subtracting(failed).subtracting(doubts).isEmpty)
            try await campaign.expectSound()
            print(
                "R1 \(what): \(campaign.recipients) recipients, sent before \(before), errors \(status.failed), "
                    + "sent after \(all.count - before), duplicates \(all.count - addresses.count), skipped "
                    + "\(campaign.recipients - addresses.count - failed.count - doubts.subtracting(addresses).count), "
                    + "in doubt \(doubts.count), \(ContinuousClock.now - began)")
        }

        // MARK: R7

        @Test("R7: the store is lost and comes back three times in one mailing: one run, everyone once")
        func storeLostAndBack() async throws {
            let scratch = try Scratch()
            let disk = try await SmallDisk.mount(scratch.file("disk"), sizeMegabytes: 32, scratch)
            try await disk.use { path in
                let server = try await RecordingServer.start(scratch, "--latency", "2")
                let campaign = try TestCampaign(scratch, recipients: 40_000, endpoints: [server.url("connections=20")])
                campaign.journal = path + "/campaign.journal"
                let run = try campaign.startRun()
                for loss in 1...3 {
                    try await Eventually.holds("messages under way; \(run.diagnostics.suffix(500))") {
                        server.quickCount > loss * 2_500 || !run.isRunning
                    }
                    try #require(run.isRunning, "\(run.diagnostics.suffix(500))")
                    disk.fill()
                    // The journal has free pages and has laid some in: it takes thousands of messages until one more is needed.
                    try await Eventually.holds("loss \(loss) to be noticed; \(run.diagnostics.suffix(500))") {
                        let count = run.diagnostics.components(separatedBy: "no space left").count - 1
                        return count >= loss || !run.isRunning
                    }
                    try #require(run.isRunning, "\(run.diagnostics.suffix(500))")
                    try disk.makeRoom()
                }
                let finished = try await run.finished()
                #expect(finished.status == 0, "\(finished)")
                campaign.expectAllSettled(try await campaign.status())
                #expect(try await campaign.expectOneEach(server.accepted).isEmpty)
                let recovered = try await campaign.events("StoreRecovered").count
                #expect(recovered >= 3)
                try await campaign.expectSound()
                print("R7: store lost three times, StoreRecovered \(recovered), sent \(server.count), in doubt 0")
            }
        }

        // MARK: R9

        @Test("R9: a drop directory that stays away: pause, n retries, removed, aborted with 69; once it is back, on")
        func directoryStaysAway() async throws {
            let scratch = try Scratch()
            try await withDropDisk(scratch) { disk, outbox, consumer in
                let campaign = try TestCampaign(
                    scratch, recipients: 6_000,
                    endpoints: ["dir:\(outbox)?connections=16&retries=3&retry-interval=50ms"])
                let run = try campaign.startRun("--quiet")
                try await Eventually.holds("messages under way") { consumer.count > 300 || !run.isRunning }
                try #require(run.isRunning, "\(run.diagnostics)")
                try await remount(disk, "ro", scratch)
                let aborted = try await run.finished()
                #expect(aborted.status == 69, "\(aborted)")
                let events = try await campaign.events("EndpointFailed", "EndpointRemoved", "JobAborted")
                #expect(events.filter { $0.type == "EndpointFailed" }.count >= 3)
                #expect(events.filter { $0.type == "EndpointRemoved" }.count == 1)
                #expect(events.last?.type == "JobAborted")
                #expect(events.last?.recoverable == true)
                let between = try await campaign.status()
                #expect(between.sent < campaign.recipients)

                try await remount(disk, "rw", scratch)
                let again = try await campaign.run("--quiet")
                #expect(again.status == 0, "\(again)")
                try await expectExactlyOnce(campaign, consumer)
                print("R9: sent before \(between.sent), after \(campaign.recipients - between.sent), duplicates 0")
            }
        }

        @Test("R9: a drop directory that is back within the retries: the campaign goes on by itself")
        func directoryComesBack() async throws {
            let scratch = try Scratch()
            try await withDropDisk(scratch) { disk, outbox, consumer in
                let campaign = try TestCampaign(
                    scratch, recipients: 6_000,
                    endpoints: ["dir:\(outbox)?connections=16&retries=50&retry-interval=100ms"])
                let run = try campaign.startRun("--quiet")
                try await Eventually.holds("messages under way") { consumer.count > 300 || !run.isRunning }
                try #require(run.isRunning, "\(run.diagnostics)")
                try await remount(disk, "ro", scratch)
                try await Eventually.holds("the trouble in the log", every: .milliseconds(20)) {
                    FileManager.default.fileExists(atPath: campaign.journal)
                }
                let follower = try campaign.start(["log", "--follow", "--json", "--type", "EndpointFailed"])
                try await Eventually.holds("EndpointFailed in the log; \(follower.diagnostics)") {
                    follower.output.contains("EndpointFailed")
                }
                try await follower.end()
                try await remount(disk, "rw", scratch)
                let finished = try await run.finished()
                #expect(finished.status == 0, "\(finished)")
                #expect(try await !campaign.events("EndpointRecovered").isEmpty)
                #expect(try await campaign.events("EndpointRemoved", "JobAborted").isEmpty)
                try await expectExactlyOnce(campaign, consumer)
            }
        }

        private func withDropDisk(
            _ scratch: Scratch, _ body: (SmallDisk, String, DropConsumer) async throws -> Void
        ) async throws {
            let disk = try await SmallDisk.mount(scratch.file("drop"), sizeMegabytes: 64, scratch)
            try await disk.use { path in
                let consumer = DropConsumer(path + "/outbox")
                defer { consumer.stop() }
                try await body(disk, path + "/outbox", consumer)
            }
        }

        private func remount(_ disk: SmallDisk, _ mode: String, _ scratch: Scratch) async throws {
            // The kernel refuses while a file is open for writing: tried again until there is none.
            for _ in 0..<400 {
                let mount = try RunningProcess(
                    "/usr/bin/env", ["mount", "-o", "remount,\(mode)", disk.path], directory: scratch.path)
                if try await mount.finished().status == 0 { return }
            }
            Issue.record("\(disk.path) cannot be remounted \(mode)")
        }

        private func expectExactlyOnce(_ campaign: TestCampaign, _ consumer: DropConsumer) async throws {
            try await Eventually.holds("the last files to be taken") { consumer.waiting == 0 }
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(status.sent == campaign.recipients)
            #expect(try await campaign.expectOneEach(consumer.taken).isEmpty)
            #expect(consumer.malformed.isEmpty)
            try await campaign.expectSound()
        }

        // MARK: R26, R28

        @Test("R26: SIGTERM ten times under full load: each ends cleanly within the bound, with nothing in doubt")
        func stoppedTenTimes() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(scratch, recipients: 30_000, endpoints: [server.url("connections=50")])
            var longest = Duration.zero
            for stop in 1...10 {
                let before = server.quickCount
                let run = try campaign.startRun("--quiet")
                try await Eventually.holds("messages under way; \(run.diagnostics)") {
                    server.quickCount > before + 500 || !run.isRunning
                }
                try #require(run.isRunning, "\(run.diagnostics)")
                let asked = ContinuousClock.now
                run.send(stop % 2 == 0 ? SIGTERM : SIGINT)
                let stopped = try await run.finished(within: .seconds(15))
                longest = max(longest, .now - asked)
                #expect(stopped.status == 75, "stop \(stop): \(stopped)")
                let status = try await campaign.status()
                #expect(status.state == "interrupted")
                #expect(status.claimed == 0 && status.inDoubt == 0)
                #expect(status.sent == server.count)
            }
            let last = try await campaign.run("--quiet")
            #expect(last.status == 0, "\(last)")
            campaign.expectAllSettled(try await campaign.status())
            #expect(try await campaign.expectOneEach(server.accepted).isEmpty)
            try await campaign.expectSound()
            print("R26: ten stops under load, the longest took \(longest)")
        }

        @Test("R28: deferred, then the connections fail, then the server is back: all go out without a restart")
        func deferredAndDisconnected() async throws {
            let scratch = try Scratch()
            let first = try await RecordingServer.start(scratch, "--defer-first", "1")
            let campaign = try TestCampaign(
                scratch, recipients: 4_000,
                endpoints: [first.url("connections=20&retries=50&retry-interval=100ms")],
                manifest: "retry: { attempts: 8, first: 200ms, factor: 1, cap: 1s }")
            let run = try campaign.startRun("--quiet")
            try await Eventually.holds("deferred ones to come back") { first.quickCount > 300 || !run.isRunning }
            try #require(run.isRunning, "\(run.diagnostics)")
            try await first.end()
            let follower = try campaign.start(["log", "--follow", "--json", "--type", "EndpointFailed"])
            try await Eventually.holds("EndpointFailed in the log; \(follower.diagnostics)") {
                follower.output.contains("EndpointFailed")
            }
            try await follower.end()
            let between = try await campaign.status()
            let second = try await RecordingServer.start(scratch, port: first.port, "--defer-first", "1")
            let finished = try await run.finished()
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(finished.status == (status.inDoubt > 0 ? 2 : 0), "\(finished)")
            #expect(status.failed == 0)
            #expect(status.inDoubt <= 20)
            try await campaign.expectOneEach(second.accepted)
            #expect(try await campaign.events("EngineStarted").count == 1)
            try await campaign.expectSound()
            print(
                "R28: at the failure \(between.sent) sent, \(between.deferred) deferred, \(between.pending) pending; "
                    + "at the end \(status.sent) sent, \(status.inDoubt) in doubt, one engine start")
        }
    }
}
