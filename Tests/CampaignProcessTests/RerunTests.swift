import Foundation
import Testing

extension ProcessTests {
    /// The same command once more.
    @Suite("Run again", .serialized)
    struct RerunTests {
        @Test("R3: a finished job sends nothing and exits 0; a changed list or template is refused by name")
        func finishedJob() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(scratch, recipients: 200, endpoints: [server.url()])
            let first = try await campaign.run("--quiet")
            #expect(first.status == 0, "\(first)")
            #expect(server.count == 200)

            let again = try await campaign.run("--quiet")
            #expect(again.status == 0, "\(again)")
            #expect(again.output.contains("complete already"))
            #expect(server.count == 200)

            let list = try String(contentsOfFile: scratch.file(TestCampaign.listName), encoding: .utf8)
            try scratch.write(TestCampaign.listName, list + "late@example.com,Late\n")
            let otherList = try await campaign.run("--quiet")
            #expect(otherList.status == 65, "\(otherList)")
            #expect(otherList.diagnostics.contains("recipients (\(TestCampaign.listName))"), "\(otherList)")
            #expect(!otherList.diagnostics.contains("template"), "\(otherList)")
            try scratch.write(TestCampaign.listName, list)

            try scratch.write("message.txt", "Dear {{name}}, it is autumn.\n")
            let otherText = try await campaign.run("--quiet")
            #expect(otherText.status == 65, "\(otherText)")
            #expect(otherText.diagnostics.contains("text template"), "\(otherText)")
            #expect(!otherText.diagnostics.contains("recipients ("), "\(otherText)")
            #expect(server.count == 200)
        }

        @Test("R3, R17: `resume` goes on without the file after kill -9")
        func resumed() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(scratch, recipients: 3_000, endpoints: [server.url("connections=8")])
            let run = try campaign.startRun("--quiet")
            try await Eventually.holds("messages under way") { server.quickCount > 400 || !run.isRunning }
            try #require(run.isRunning, "\(run.diagnostics)")
            try await run.end()
            for name in ["campaign.yaml", TestCampaign.listName, "message.txt"] {
                try FileManager.default.removeItem(atPath: scratch.file(name))
            }
            let interrupted = try await campaign.status()
            #expect(interrupted.state == "interrupted")
            #expect(interrupted.settled < interrupted.total)

            let resumed = try await campaign.command("resume", "--quiet", within: .seconds(120))
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(resumed.status == (status.inDoubt > 0 ? 2 : 0), "\(resumed)")
            #expect(status.inDoubt <= 8)
            try await campaign.expectOneEach(server.accepted)
            try await campaign.expectSound()
        }

        @Test("R14, R21: a copied journal is refused with exit 77; `--adopt` goes on with it and says so in the log")
        func copiedJournal() async throws {
            let scratch = try Scratch()
            let server = try await RecordingServer.start(scratch)
            let campaign = try TestCampaign(scratch, recipients: 2_000, endpoints: [server.url("connections=4")])
            let run = try campaign.startRun("--quiet")
            try await Eventually.holds("messages under way") { server.quickCount > 400 || !run.isRunning }
            try #require(run.isRunning, "\(run.diagnostics)")
            try await run.end()
            let copy = try RunningProcess(
                "/bin/cp", ["-r", campaign.journal, scratch.file("copy.journal")], directory: scratch.path)
            #expect(try await copy.finished().status == 0)
            try FileManager.default.removeItem(atPath: campaign.journal)
            campaign.journal = scratch.file("copy.journal")
            let before = server.count

            let refused = try await campaign.run("--quiet")
            #expect(refused.status == 77, "\(refused)")
            #expect(refused.diagnostics.contains("copy"), "\(refused)")
            #expect(refused.diagnostics.contains("adopt"), "\(refused)")
            #expect(server.count == before)

            let adopted = try await campaign.run("--quiet", "--adopt")
            let status = try await campaign.status()
            campaign.expectAllSettled(status)
            #expect(adopted.status == (status.inDoubt > 0 ? 2 : 0), "\(adopted)")
            let events = try await campaign.events("JournalAdopted")
            #expect(events.count == 1)
            #expect(events.first?.from?.contains("copy") == true)
            try await campaign.expectOneEach(server.accepted)
            try await campaign.expectSound()
        }
    }
}
