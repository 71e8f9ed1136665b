import Foundation
import Testing

extension ProcessTests {
    /// A journal on a file system that fills up.
    @Suite("Disk full", .serialized)
    struct DiskFullTests {
        /// So many that what the journal has laid in of the disk does not reach for them.
        private static let recipients = 20_000

        @Test("R7: sending pauses and says why; with room again it goes on; nothing that was acknowledged is lost")
        func diskFull() async throws {
            let scratch = try Scratch()
            let disk = try await SmallDisk.mount(scratch.file("disk"), sizeMegabytes: 24, scratch)
            try await disk.use { path in
                let server = try await RecordingServer.start(scratch)
                let campaign = try TestCampaign(
                    scratch, recipients: Self.recipients, endpoints: [server.url("connections=8")])
                campaign.journal = path + "/campaign.journal"
                let run = try campaign.startRun()
                try await Eventually.holds("messages under way") { server.quickCount > 400 || !run.isRunning }
                try #require(run.isRunning, "\(run.diagnostics)")
                disk.fill()

                try await Eventually.holds("the reason on standard error; it says: \(run.diagnostics)") {
                    run.diagnostics.contains("no space left") || !run.isRunning
                }
                try #require(run.isRunning, "\(run.diagnostics)")
                // What was under way has had its time.
                try await Eventually.moment(.seconds(1))
                let count = server.quickCount
                let isQuiet = try await Eventually.never(.seconds(2)) { server.quickCount != count }
                #expect(isQuiet, "something was sent although nothing could be written")
                #expect(server.count < campaign.recipients)
                let full = try await campaign.status()
                #expect(full.sent <= server.count)

                try disk.makeRoom()
                let finished = try await run.finished()
                #expect(finished.status == 0, "\(finished)")
                let status = try await campaign.status()
                campaign.expectAllSettled(status)
                #expect(status.sent == campaign.recipients)
                #expect(try await campaign.expectOneEach(server.accepted).isEmpty)
                let recovered = try await campaign.events("StoreRecovered")
                #expect(recovered.first?.reason?.contains("no space left") == true)
                try await campaign.expectSound()
            }
        }

        @Test("R7, R25: killed while the disk is full: refused with a reason while it is, finished once it is not")
        func killedWhileFull() async throws {
            let scratch = try Scratch()
            let disk = try await SmallDisk.mount(scratch.file("disk"), sizeMegabytes: 24, scratch)
            try await disk.use { path in
                let server = try await RecordingServer.start(scratch)
                let campaign = try TestCampaign(
                    scratch, recipients: Self.recipients, endpoints: [server.url("connections=8")])
                campaign.journal = path + "/campaign.journal"
                let run = try campaign.startRun()
                try await Eventually.holds("messages under way") { server.quickCount > 200 || !run.isRunning }
                try #require(run.isRunning, "\(run.diagnostics)")
                disk.fill()
                try await Eventually.holds("the reason on standard error; it says: \(run.diagnostics)") {
                    run.diagnostics.contains("no space left") || !run.isRunning
                }
                try await run.end()

                let refused = try await campaign.run("--quiet")
                #expect(refused.status == 74, "\(refused)")
                #expect(refused.diagnostics.contains("no space left"), "\(refused)")
                let acknowledged = try await campaign.status()
                #expect(acknowledged.state == "interrupted")
                let audit = try await campaign.command("audit")
                #expect(audit.status == 0, "\(audit)")

                try disk.makeRoom()
                let finished = try await campaign.run("--quiet")
                let status = try await campaign.status()
                campaign.expectAllSettled(status)
                #expect(finished.status == (status.inDoubt > 0 ? 2 : 0), "\(finished)")
                #expect(status.inDoubt <= 8)
                #expect(status.sent >= acknowledged.sent)
                try await campaign.expectOneEach(server.accepted)
                try await campaign.expectSound()
            }
        }
    }
}
