import ArgumentParser
import CampaignDomain
import CampaignEndpoints
import CampaignEngine
import Foundation

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate a campaign without sending anything.",
        discussion: """
            Reads the campaign file, the list, the templates and the suppression lists. Connects to every endpoint \
            as a run would, with TLS and authentication, tells what the server offers, and sends nothing (--offline \
            skips that). No journal is needed or touched.

            Exit codes: 65 something is wrong, 66 a file is missing, 69 an endpoint cannot be used.

            Example:
              campaign check spring/campaign.yaml --offline
            """)

    @Argument(help: ArgumentHelp("The campaign file.", valueName: "file"))
    var file: String
    @Flag(help: "Do not connect to the endpoints.")
    var offline = false
    @Flag(help: "Bad rows of the list are counted, not refused.")
    var skipInvalid = false
    @Option(
        name: .customLong("endpoint"),
        help: ArgumentHelp("Check this instead of what the file names. Repeatable.", valueName: "url"))
    var endpoints: [String] = []
    @OptionGroup var json: JSONOption

    func run() async throws {
        let campaign = try CampaignFile.load(file, skipsInvalid: skipInvalid)
        let report = try DefinitionCheck.run(campaign.definition, recipients: campaign.recipients)
        let endpoints = try campaign.endpoints(overriddenBy: endpoints)
        let inspections = offline ? nil : await EndpointCheck.inspections(of: endpoints)
        let view = CheckView(
            key: campaign.definition.key, report: report,
            endpoints: endpoints.enumerated().map { index, endpoint in
                EndpointView(url: endpoint.name, inspection: inspections?[index])
            },
            skipsInvalid: skipInvalid, now: Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)))
        var output = OutputStream.standardOutput()
        if json.isOn {
            try output.line(view.json)
        } else {
            for line in view.lines(paint: Paint(.output)) { try output.line(line) }
        }
        try output.flush()
        try view.status.exit()
    }
}
