import ArgumentParser
import CampaignDomain
import CampaignEndpoints
import CampaignEngine
import CampaignManifest

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Send a campaign, or go on with it.",
        discussion: """
            Creates the job or finds it by its key, and sends to everyone who has no outcome yet. Interrupt it at any \
            time (Ctrl-C finishes what is under way, a second one ends at once) and run the same command again: it \
            goes on at the exact place. A job that is complete says so and sends nothing.

            The same key must mean the same messages to the same people: a changed list or template is refused.

            Example:
              campaign run spring/campaign.yaml --endpoint smtp://127.0.0.1:2525
            """)

    @Argument(help: ArgumentHelp("The campaign file.", valueName: "file"))
    var file: String
    @OptionGroup var overrides: RunOverrides
    @Flag(help: "Bad rows of the list are skipped and counted instead of refusing the list.")
    var skipInvalid = false
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() async throws {
        DiagnosticLog.begin(isVerbose: overrides.isVerbose)
        let campaign = try CampaignFile.load(file, skipsInvalid: skipInvalid)
        let endpoints = try campaign.endpoints(overriddenBy: overrides.endpoints)
        let session = try await RunSession.open(
            journal: journal.path(campaignFile: file), overrides: overrides, json: json.isOn)
        try await session.run { engine in
            let created = try await create(campaign, engine, isQuiet: session.isQuiet)
            var options = overrides.options
            // What the file does not limit any more is not limited any more.
            options.destinations = campaign.manifest.destinations
            try await engine.start(created.id, endpoints: endpoints, options: options)
            return created.id
        }
    }

    private func create(
        _ campaign: CampaignFile, _ engine: CampaignEngine, isQuiet: Bool
    ) async throws(EngineError) -> CreatedJob {
        let importing = ImportProgress(isQuiet: isQuiet)
        defer { importing.end() }
        return try await engine.createJob(
            campaign.definition, recipients: campaign.recipients, progress: { importing.show(rows: $0) })
    }
}
