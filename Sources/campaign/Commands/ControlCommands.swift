import ArgumentParser
import CampaignEngine

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stop sending a job until it is unpaused.",
        discussion: """
            Acts on an engine that runs in another process, or on the journal when none runs. Messages under way get \
            their outcome; no new ones are begun.

            Example:
              campaign pause spring-2026 --reason "wrong picture in the header"
            """)

    @OptionGroup var job: JobArgument
    @Option(help: ArgumentHelp("Why; kept in the log.", valueName: "text"))
    var reason = "paused by a person"
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() async throws {
        try await ControlSession(journal: journal, job: job.job, json: json.isOn).send("pause") { job in
            .pause(job: job, reason: reason)
        }
    }
}

struct UnpauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpause",
        abstract: "Let a paused job go on.",
        discussion: """
            A running engine goes on at once. When none runs, the next `campaign run` or `campaign resume` does.

            Example:
              campaign unpause spring-2026
            """)

    @OptionGroup var job: JobArgument
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() async throws {
        try await ControlSession(journal: journal, job: job.job, json: json.isOn).send("unpause") { .unpause(job: $0) }
    }
}

struct AbortCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort",
        abstract: "End a job for good.",
        discussion: """
            An aborted job does not go on: to send to the rest, use a new job key. To stop for a while, use \
            `campaign pause`, or interrupt the run.

            Example:
              campaign abort spring-2026 --reason "the offer has ended"
            """)

    @OptionGroup var job: JobArgument
    @Option(help: ArgumentHelp("Why; kept in the log.", valueName: "text"))
    var reason: String
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() async throws {
        try await ControlSession(journal: journal, job: job.job, json: json.isOn).send("abort") { job in
            .abort(job: job, reason: reason)
        }
    }
}
