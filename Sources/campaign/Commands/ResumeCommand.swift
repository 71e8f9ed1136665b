import ArgumentParser
import CampaignDomain
import CampaignEngine

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Go on with a job, without its campaign file.",
        discussion: """
            Everything that is needed is in the journal: list, templates, and the endpoints of the last run \
            (--endpoint sends through others). A paused job is unpaused.

            Example:
              campaign resume spring-2026 --journal spring/campaign.journal
            """)

    @OptionGroup var job: JobArgument
    @OptionGroup var overrides: RunOverrides
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() async throws {
        DiagnosticLog.begin(isVerbose: overrides.isVerbose)
        let summary = try journal.summaryAndClose(job.job)
        let endpoints = try CampaignFile.endpoints(overrides.endpoints)
        let session = try await RunSession.open(journal: journal.path(), overrides: overrides, json: json.isOn)
        try await session.run { engine in
            if summary.state == .paused { try await engine.unpause(summary.job) }
            if endpoints.isEmpty {
                try await engine.resume(summary.job, options: overrides.options)
            } else {
                try await engine.start(summary.job, endpoints: endpoints, options: overrides.options)
            }
            return summary.job
        }
    }
}
