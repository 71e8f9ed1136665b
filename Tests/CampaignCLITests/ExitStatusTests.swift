import ArgumentParser
import CampaignEngine
import Testing

@testable import campaign

@Suite struct ExitStatusTests {
    @Test(
        "every code of the engine has its status",
        arguments: [
            (EngineError.Code.badInput, 65), (.inputNotFound, 66), (.jobConflict, 65), (.noSuchJob, 66),
            (.journalNotFound, 66), (.journalInUse, 77), (.journalOfAnotherHost, 77), (.journalCannotBeCreated, 73),
            (.journalCannotBeWritten, 74), (.journalCorrupt, 65), (.journalTooNew, 65), (.badEndpoint, 65),
            (.stopped, 75),
        ] as [(EngineError.Code, Int32)])
    func codes(_ code: EngineError.Code, _ status: Int32) {
        #expect(ExitStatus(code).rawValue == status)
        let failure = CommandRunner.failure(for: EngineError(code, "sentence"))
        #expect(failure?.status.rawValue == status)
        #expect(failure?.lines == ["campaign: \(code.description): sentence"])
    }

    @Test("the numbers are the contract's") func numbers() {
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 2, 64, 65, 66, 69, 70, 73, 74, 75, 77])
    }

    @Test(
        "usage errors are 64",
        arguments: [
            ["run"], ["nonsense"], ["status", "--nope"], ["log", "--type", "RecipientSnt"], ["log", "--from", "x"],
            ["log", "--from", "3", "--until", "2"], ["log", "--follow", "--reverse"], ["run", "f", "--rate", "quick"],
            ["run", "f", "--in-doubt", "maybe"], ["export", "--format", "xml"],
            ["export", "--json", "--format", "csv"],
            ["replay", "--until", "1", "--at", "2026-01-01"], ["replay", "--at", "soon"], ["abort", "job"],
            ["in-doubt", "resolve", "a@b.c", "--reason", "x"], ["in-doubt", "resolve", "--sent", "--reason", "x"],
            ["in-doubt", "resolve", "a@b.c", "--all", "--sent", "--reason", "x"],
            ["in-doubt", "resolve", "a@b.c", "--sent", "--resend", "--reason", "x"],
            ["preview", "f", "--ordinal", "1", "--recipient", "a"],
        ])
    func usage(_ arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Campaign.parseAsRoot(arguments) }
        #expect(error.flatMap { CommandRunner.failure(for: $0) }?.status == .usage)
    }

    @Test("a type of event is found in any case") func types() throws {
        #expect(try EventFilter.typeName("recipientsent") == "RecipientSent")
    }

    @Test(
        "help and version are no failures",
        arguments: [["--help"], ["run", "--help"], ["--version"], ["help", "log"]])
    func help(_ arguments: [String]) throws {
        do {
            var command = try Campaign.parseAsRoot(arguments)
            try command.run()
        } catch {
            #expect(CommandRunner.failure(for: error) == nil)
        }
    }

    @Test("a refused list gives one line for each bad row") func severalLines() {
        let error = CLIError(EngineError(.badInput, "a.csv:2:1: no\na.csv:3:1: neither"))
        #expect(error.lines == ["campaign: bad input: a.csv:2:1: no", "campaign: bad input: a.csv:3:1: neither"])
    }

    @Test("with --json an error is one object") func json() {
        let error = CLIError(.badInput, "what", at: "where", remedy: "how")
        let expected = #"{"error":"what","where":"where","message":"how","exitCode":65,"further":null}"#
        #expect(error.json.text == expected)
    }

    @Test("every command has an abstract, a discussion and an example") func documented() {
        var pending: [any ParsableCommand.Type] = [Campaign.self]
        var count = 0
        while let command = pending.popLast() {
            let configuration = command.configuration
            pending += configuration.subcommands
            count += 1
            #expect(!configuration.abstract.isEmpty, "\(command)")
            #expect(configuration.discussion.contains("Example"), "\(command)")
            #expect(configuration.discussion.contains("campaign "), "\(command)")
        }
        #expect(count == 28)
    }
}
