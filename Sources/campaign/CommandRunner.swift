import ArgumentParser
import CampaignEngine

/// Parses and runs one command line, and turns whatever it throws into lines on standard error and an exit status.
enum CommandRunner {
    static func run(_ arguments: [String]) async -> Int32 {
        do {
            var command = try Campaign.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return ExitStatus.done.rawValue
        } catch {
            return report(error, asJSON: wantsJSON(arguments))
        }
    }

    /// The text and status for an error, told apart from help that was asked for.
    static func failure(for error: any Error) -> CLIError? {
        switch error {
        case let error as CLIError: return error
        case let error as EngineError: return CLIError(error)
        case is CleanExit: return nil
        default: break
        }
        let code = Campaign.exitCode(for: error)
        if code == .success { return nil }
        if code == .validationFailure {
            return CLIError(.usage, "usage", remedy: Campaign.message(for: error))
        }
        return CLIError(.unexpected, "unexpected", remedy: "\(error)")
    }

    private static func report(_ error: any Error, asJSON: Bool) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        guard let failure = failure(for: error) else {
            var output = OutputStream.standardOutput()
            try? output.line(Campaign.fullMessage(for: error))
            try? output.flush()
            return ExitStatus.done.rawValue
        }
        var diagnostics = OutputStream.standardError()
        if asJSON {
            try? diagnostics.line(failure.json)
        } else {
            for line in failure.lines { try? diagnostics.line(line) }
            if failure.status == .usage { try? diagnostics.line(usageHint(error)) }
        }
        return failure.status.rawValue
    }

    /// The usage line of the command that was meant, without the error that was said already.
    private static func usageHint(_ error: any Error) -> String {
        let lines = Campaign.fullMessage(for: error).split(separator: "\n").map(String.init)
        let usage = lines.drop { !$0.hasPrefix("Usage:") && !$0.hasPrefix("USAGE:") }
        return usage.isEmpty ? "See 'campaign --help'." : usage.joined(separator: "\n")
    }

    /// Asked for even where the command line could not be parsed.
    private static func wantsJSON(_ arguments: [String]) -> Bool {
        arguments.prefix { $0 != "--" }.contains("--json")
    }
}

extension ExitStatus {
    /// Ends a command with this status and nothing further to say; returns for ``done``.
    func exit() throws {
        if self != .done { throw ExitCode(rawValue) }
    }
}
