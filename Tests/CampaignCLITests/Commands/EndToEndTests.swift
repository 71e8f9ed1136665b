import Foundation
import Testing

@testable import campaign

/// The real executable over a real journal and a drop directory.
@Suite struct EndToEndTests {
    @Test("the sample runs as it is, and everything can be asked of its journal afterwards") func sample() throws {
        let tool = try Tool()
        defer { tool.remove() }
        #expect(try tool.run("init", "spring").status == 0)
        let check = try tool.run("check", "spring/campaign.yaml", "--json")
        #expect(check.status == 0, "\(check.diagnostics)")
        #expect(try check.objects().first?["total"] as? Int == 3)
        #expect(try tool.run("preview", "spring/campaign.yaml").output.contains("Hello Ada,"))

        let run = try tool.run("run", "spring/campaign.yaml")
        #expect(run.status == 0, "\(run.diagnostics)")
        #expect(run.output.contains("completed. 3 of 3 done: 3 sent"))
        #expect(!(run.output + run.diagnostics).contains("\u{1B}"))
        let again = try tool.run("run", "spring/campaign.yaml", "--json")
        #expect(again.status == 0)
        #expect(try again.objects().first?["sent"] as? Int == 3)
        let isMessage = try FileManager.default.contentsOfDirectory(atPath: tool.directory + "/spring/outbox")
            .filter { $0.hasSuffix(".eml") }
        #expect(isMessage.count == 3)

        try expectAnswers(tool, environment: ["CAMPAIGN_JOURNAL": tool.directory + "/spring/campaign.journal"])
    }

    private func expectAnswers(_ tool: Tool, environment: [String: String]) throws {
        let status = try tool.run("status", "--json", environment: environment).objects()
        #expect(status.first?["state"] as? String == "completed")
        #expect(try tool.run("jobs", "--json", environment: environment).objects().count == 1)
        let log = try tool.run("log", "--json", "--type", "RecipientSent", environment: environment).objects()
        #expect(log.count == 3)
        #expect(Set(log.compactMap { $0["address"] as? String }).contains("ada@example.com"))
        let reversed = try tool.run("log", "--json", "--reverse", environment: environment).objects()
        let sequences = reversed.compactMap { $0["sequence"] as? Int }
        #expect(sequences == sequences.sorted(by: >) && sequences.last == 1)
        let why = try tool.run("why", "ADA@example.com", environment: environment)
        #expect(why.output.contains("was sent."))
        #expect(try tool.run("why", "nobody@example.com", environment: environment).status == 66)
        #expect(
            try tool.run("audit", "--json", environment: environment).output == #"{"ok":true,"violations":[]}"# + "\n")
        let head = try #require(
            try tool.run("head", "--json", environment: environment).objects().first?["root"] as? String)
        let verified = try tool.run("verify", "--json", "--head", head, environment: environment)
        #expect(try verified.objects().first?["ok"] as? Bool == true)
        let elsewhere = String(repeating: "0", count: 64)
        #expect(try tool.run("verify", "--head", elsewhere, environment: environment).status == 65)
        let replay = try tool.run("replay", "--check", "--json", environment: environment)
        #expect(replay.status == 0 && replay.output.contains(#""check":{"ok":true"#))
        let export = try tool.run("export", "--outcome", "sent", environment: environment).output
        #expect(export.split(separator: "\r\n").count == 4)
        #expect(try tool.run("in-doubt", "--json", environment: environment).output.isEmpty)
        #expect(try tool.run("resume-point", environment: environment).output.contains("would send nothing"))
    }

    @Test("init never overwrites") func initTwice() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try tool.write("mine", to: "message.txt")
        let result = try tool.run("init")
        #expect(result.status == 73)
        #expect(result.diagnostics.contains("message.txt"))
        #expect(try tool.read("message.txt") == "mine")
        #expect(!FileManager.default.fileExists(atPath: tool.directory + "/campaign.yaml"))
    }

    /// A campaign whose run sends one message, waits for the next, and is stopped there.
    private func interrupted(_ tool: Tool) throws {
        _ = try tool.run("init")
        let running = try tool.start(["run", "campaign.yaml", "--rate", "1/h"])
        // Each question takes a while; the run is alive as long as we ask.
        while running.process.isRunning {
            let status = try tool.run("status", "--json")
            if status.status == 0, try status.objects().first?["sent"] as? Int == 1 { break }
        }
        running.process.terminate()
        let result = try running.end()
        #expect(result.status == 75, "\(result.diagnostics)")
        #expect(result.output.contains("stopped. 1 of 3 done"))
        #expect(result.output.contains("Run the same command again"))
    }

    @Test("R3: SIGTERM stops a run cleanly with 75, and the same command goes on from there") func goesOn() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try interrupted(tool)
        #expect(try tool.run("status", "--json").objects().first?["state"] as? String == "interrupted")
        #expect(try tool.run("resume-point").output.contains("2 pending"))
        let run = try tool.run("run", "campaign.yaml", "-q", "--rate", "0")
        #expect(run.status == 0)
        #expect(run.output.contains("completed. 3 of 3 done: 3 sent"))
        #expect(try tool.run("log", "--json", "--type", "RecipientSent").objects().count == 3)
    }

    @Test("a paused job does not go on until it is unpaused; resume unpauses it") func paused() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try interrupted(tool)
        let pause = try tool.run("pause", "--reason", "wrong picture", "--json")
        #expect(pause.status == 0 && pause.output.contains(#""engine":null"#))
        let run = try tool.run("run", "campaign.yaml", "-q")
        #expect(run.status == 75)
        #expect(run.output.contains("paused (wrong picture)"))
        #expect(run.output.contains("campaign unpause my-first-campaign"))
        let resume = try tool.run("resume", "-q", "--rate", "0")
        #expect(resume.status == 0)
        #expect(resume.output.contains("3 of 3 done: 3 sent"))
    }

    @Test("a job that a person aborted does not go on") func aborted() throws {
        let tool = try Tool()
        defer { tool.remove() }
        try interrupted(tool)
        #expect(try tool.run("abort", "--reason", "the offer has ended").status == 0)
        for command in [["run", "campaign.yaml"], ["resume"]] {
            let run = try tool.start(command).end()
            #expect(run.status == 65)
            #expect((run.output + run.diagnostics).contains("the offer has ended"))
        }
        let abort = try tool.run("status", "--json").objects().first?["abort"] as? [String: Any]
        #expect(abort?["reason"] as? String == "the offer has ended")
        #expect(abort?["recoverable"] as? Bool == false)
    }

    @Test("R8: the last endpoint removed is 69, and another run goes on once it works") func endpointRemoved() throws {
        let tool = try Tool()
        defer { tool.remove() }
        _ = try tool.run("init")
        // Port 1 of the loopback: nothing listens there.
        let run = try tool.run("run", "campaign.yaml", "-q", "--endpoint", "smtp://127.0.0.1:1?retries=0")
        #expect(run.status == 69, "\(run.output) \(run.diagnostics)")
        #expect(try tool.run("run", "campaign.yaml", "-q").status == 0)
    }

    @Test("R13: a second engine is refused with the holder, readers are welcome") func secondEngine() throws {
        let tool = try Tool()
        defer { tool.remove() }
        _ = try tool.run("init")
        let running = try tool.start(["run", "campaign.yaml", "--rate", "1/h"])
        while running.process.isRunning {
            if try tool.run("status").status == 0 { break }
        }
        let second = try tool.run("run", "campaign.yaml")
        #expect(second.status == 77)
        let object = try JSONSerialization.jsonObject(
            with: Data(try tool.run("run", "campaign.yaml", "--json").diagnostics.utf8))
        #expect((object as? [String: Any])?["exitCode"] as? Int == 77)
        #expect(second.diagnostics.contains("\(running.process.processIdentifier)"))
        #expect(try tool.run("log").status == 0)
        #expect(try tool.run("pause", "--json").output.contains(#""inLog":true"#))
        running.process.terminate()
        #expect(try running.end().status == 75)
    }

    @Test("a changed template under the same key is refused") func changed() throws {
        let tool = try Tool()
        defer { tool.remove() }
        _ = try tool.run("init")
        _ = try tool.run("run", "campaign.yaml", "-q")
        try tool.write("other words\n", to: "message.txt")
        let run = try tool.run("run", "campaign.yaml", "-q", "--json")
        #expect(run.status == 65)
        #expect(run.diagnostics.contains(#""error":"job conflict""#))
    }

    @Test("a reader that goes away ends the command quietly") func closedPipe() throws {
        let tool = try Tool()
        defer { tool.remove() }
        _ = try tool.run("init")
        _ = try tool.run("run", "campaign.yaml", "-q")
        for command in ["log", "status", "export", "head"] {
            let result = try tool.run(command, isOutputClosed: true)
            #expect(result.status == 0)
            #expect(result.diagnostics.isEmpty)
        }
    }

    @Test("without a journal every question is answered with 66, in JSON when asked")
    func noJournal() throws {
        let tool = try Tool()
        defer { tool.remove() }
        for command in ["jobs", "status", "log", "audit", "verify", "head", "export", "resume-point", "in-doubt"] {
            let result = try tool.run(command, "--json")
            #expect(result.status == 66, "\(command)")
            #expect(result.output.isEmpty)
            let error = try JSONSerialization.jsonObject(with: Data(result.diagnostics.utf8)) as? [String: Any]
            #expect(error?["exitCode"] as? Int == 66)
        }
    }
}
