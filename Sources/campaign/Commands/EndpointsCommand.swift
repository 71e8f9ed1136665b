import ArgumentParser
import CampaignDomain
import CampaignEngine
import CampaignManifest

struct EndpointsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoints",
        abstract: "List a job's endpoints, and change them while it runs.",
        discussion: """
            What is decided here is kept in the log and holds for later runs too. An endpoint is named by its address \
            as `campaign endpoints` prints it; options behind the ? may be left out.

            Examples:
              campaign endpoints spring-2026
              campaign endpoints pause smtp://mx1.example.com:25 --reason "it is being moved"
              campaign endpoints limit smtp://mx1.example.com:25 --rate 20/s --connections 4
            """,
        subcommands: [
            EndpointsListCommand.self, EndpointsPauseCommand.self, EndpointsRemoveCommand.self,
            EndpointsRestoreCommand.self, EndpointsLimitCommand.self,
        ],
        defaultSubcommand: EndpointsListCommand.self)
}

struct EndpointsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List a job's endpoints.",
        discussion: """
            With --json, one object per line.

            Example:
              campaign endpoints list spring-2026 --json
            """)

    @OptionGroup var job: JobArgument
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() throws {
        let reader = try journal.reader()
        let view = EndpointsView(endpoints: try reader.summary(try reader.job(job.job)).endpoints)
        var output = OutputStream.standardOutput()
        for line in json.isOn ? view.json.map(\.text) : view.lines(paint: Paint(.output)) {
            try output.line(line)
        }
        try output.flush()
    }
}

/// Which endpoint of which job, and how to answer.
struct EndpointTarget: ParsableArguments {
    @Argument(help: ArgumentHelp("The endpoint's address.", valueName: "url"))
    var url: String
    @Option(help: ArgumentHelp("The job's key or id; may be left out where there is one job.", valueName: "job"))
    var job: String?
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func send(_ verb: String, _ request: EndpointRequest) async throws {
        let summary = try journal.summaryAndClose(job)
        let identity = EndpointState.identity(url)
        guard summary.endpoints.contains(where: { EndpointState.identity($0.name) == identity }) else {
            let known = summary.endpoints.map { String(EndpointState.identity($0.name)) }
            throw CLIError(
                .badInput, "job \(summary.key) has no endpoint \(identity)",
                remedy: known.isEmpty
                    ? "it has not been started yet: change its campaign file instead"
                    : "name one of \(known.joined(separator: ", "))")
        }
        let session = ControlSession(journal: journal, job: job, json: json.isOn)
        try await session.send(
            "endpoint \(verb)", to: summary, .endpoint(job: summary.job.rawValue, name: url, request))
    }
}

struct EndpointsPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Let nothing new through an endpoint until it is restored.",
        discussion: """
            What is under way gets its outcome; the other endpoints go on. When none is left the job waits.

            Example:
              campaign endpoints pause smtp://mx1.example.com:25
            """)

    @OptionGroup var target: EndpointTarget
    @Option(help: ArgumentHelp("Why; kept in the log.", valueName: "text"))
    var reason = "paused by a person"

    func run() async throws { try await target.send("pause", .suspend(reason: reason)) }
}

struct EndpointsRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take an endpoint out of the job until it is restored.",
        discussion: """
            Later runs leave it out too, even where the campaign file names it. The last one that is removed ends the \
            run, recoverably.

            Example:
              campaign endpoints remove smtp://mx1.example.com:25 --reason "retired"
            """)

    @OptionGroup var target: EndpointTarget
    @Option(help: ArgumentHelp("Why; kept in the log.", valueName: "text"))
    var reason = "removed by a person"

    func run() async throws { try await target.send("remove", .withdraw(reason: reason)) }
}

struct EndpointsRestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Use an endpoint again that was paused or removed.",
        discussion: """
            A running engine sees first whether it can be reached, and then tries one message.

            Example:
              campaign endpoints restore smtp://mx1.example.com:25
            """)

    @OptionGroup var target: EndpointTarget

    func run() async throws { try await target.send("restore", .restore) }
}

struct EndpointsLimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit",
        abstract: "Set an endpoint's limits, also while it sends.",
        discussion: """
            They replace what the address says, in later runs too. Connections are never more than the address \
            allows. --reset goes back to the address.

            Example:
              campaign endpoints limit smtp://mx1.example.com:25 --rate 50/s --weight 3
            """)

    @OptionGroup var target: EndpointTarget
    @Option(help: ArgumentHelp("Connections at once.", valueName: "n"))
    var connections: UInt32?
    @Option(
        help: ArgumentHelp("Messages per second, or 1000/s, 50/m, 100/h; 0 lifts the limit.", valueName: "rate"),
        transform: { text in
            guard let rate = Quantity.ratePerHour(option: text) else {
                throw ValidationError("'\(text)' is no rate: write 1000/s, 50/m, 100/h, or 0 for no limit.")
            }
            return rate
        })
    var rate: UInt32?
    @Option(help: ArgumentHelp("Its share among the endpoints that have a weight.", valueName: "1-1000"))
    var weight: UInt32?
    @Flag(help: "Back to what the address says.")
    var reset = false

    func validate() throws {
        let isSet = connections != nil || rate != nil || weight != nil
        guard isSet != reset else {
            throw ValidationError("Give --connections, --rate or --weight, or --reset alone.")
        }
        if let connections, connections == 0 { throw ValidationError("--connections must be 1 or more.") }
        if let weight, !(1...EndpointLimits.weightMax).contains(weight) {
            throw ValidationError("--weight must be a number from 1 to \(EndpointLimits.weightMax).")
        }
    }

    func run() async throws {
        try await target.send(
            "limit", reset ? .unlimit : .limit(connections: connections, ratePerHour: rate, weight: weight))
    }
}
