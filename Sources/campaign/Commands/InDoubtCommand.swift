import ArgumentParser
import CampaignDomain
import CampaignEngine

struct InDoubtCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "in-doubt",
        abstract: "List recipients whose message may or may not have been accepted, and decide on them.",
        discussion: """
            The connection was lost between the end of the message and the server's answer. No second copy is sent \
            until someone decides.

            Examples:
              campaign in-doubt spring-2026
              campaign in-doubt resolve ada@example.com --sent --reason "in its log"
            """,
        subcommands: [InDoubtListCommand.self, InDoubtResolveCommand.self],
        defaultSubcommand: InDoubtListCommand.self)
}

struct InDoubtListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the recipients in doubt.",
        discussion: """
            With --json, one object per line.

            Example:
              campaign in-doubt list spring-2026 --json
            """)

    @OptionGroup var job: JobArgument
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() throws {
        let reader = try journal.reader()
        let doubts = try Doubt.all(try reader.job(job.job), reader)
        var output = OutputStream.standardOutput()
        if json.isOn {
            for doubt in doubts { try output.line(doubt.json) }
        } else {
            for line in Doubt.lines(doubts, paint: Paint(.output)) { try output.line(line) }
        }
        try output.flush()
    }
}

struct InDoubtResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Decide what became of a message in doubt.",
        discussion: """
            --sent: it arrived. --not-sent: it did not, and is sent again. --resend: not known, but a second copy is \
            wanted. The decision and its reason are kept in the log; what is pending again is sent by the running \
            engine or the next run.

            Examples:
              campaign in-doubt resolve ada@example.com --sent --reason "in its log"
              campaign in-doubt resolve --all --resend --reason "better twice than never"
            """)

    enum Decision: String, EnumerableFlag {
        case sent
        case notSent
        case resend

        static func help(for value: Decision) -> ArgumentHelp? {
            switch value {
            case .sent: "It arrived."
            case .notSent: "It did not arrive: send it again."
            case .resend: "Not known: send a second copy."
            }
        }

        var verdict: DoubtVerdict {
            switch self {
            case .sent: .sent
            case .notSent: .notSent
            case .resend: .resend
            }
        }
    }

    @Argument(help: ArgumentHelp("The recipient in doubt.", valueName: "address"))
    var address: String?
    @Flag(help: "All recipients in doubt.")
    var all = false
    @Flag(exclusivity: .exclusive)
    var decision: Decision
    @Option(help: ArgumentHelp("How you know; kept in the log.", valueName: "text"))
    var reason: String
    @Option(help: ArgumentHelp("The job's key or id; may be left out where there is one job.", valueName: "job"))
    var job: String?
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func validate() throws {
        if (address == nil) == !all { throw ValidationError("Give an address, or --all.") }
        if reason.isEmpty { throw ValidationError("--reason needs a text.") }
    }

    func run() async throws {
        let (summary, ordinals, known) = try chosen()
        let request = ControlRequest.resolve(
            job: summary.job.rawValue, ordinals: all ? nil : ordinals, verdict: decision.verdict.rawValue,
            evidence: reason, knowing: known)
        let session = ControlSession(journal: journal, job: job, json: json.isOn)
        try await session.send("resolve \(ordinals.count) in doubt", to: summary, request)
    }

    /// The job, its recipients that are meant, and how many doubts there were when they were looked up.
    private func chosen() throws -> (JobSummary, [Ordinal], UInt32) {
        let reader = try journal.reader()
        defer { reader.close() }
        let job = try reader.job(job)
        let state = try reader.state(job)
        let summary = try reader.summary(job)
        guard let address else { return (summary, state.ordinals(in: .inDoubt), state.doubtsNamed) }
        let found = try RecipientLookup.ordinals(of: address, job, reader)
        let inDoubt = found.filter { state.phase(of: $0) == .inDoubt }
        guard !inDoubt.isEmpty else {
            let phases = found.compactMap { state.phase(of: $0)?.word }.joined(separator: ", ")
            throw CLIError(.badInput, "not in doubt", at: address, remedy: "the recipient is \(phases)")
        }
        return (summary, inDoubt, state.doubtsNamed)
    }
}
