import ArgumentParser
import CampaignDomain
import CampaignEngine

struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show one recipient's message as it would be sent.",
        discussion: """
            Without a choice, the first recipient's. --eml gives the bytes as they would leave, for a mail program.

            Example:
              campaign preview spring/campaign.yaml --ordinal 2 --eml > third.eml
            """)

    @Argument(help: ArgumentHelp("The campaign file.", valueName: "file"))
    var file: String
    @Option(help: ArgumentHelp("The recipient with this address.", valueName: "address"))
    var recipient: String?
    @Option(help: ArgumentHelp("The recipient at this place in the list, from 0.", valueName: "n"))
    var ordinal: UInt32?
    @Flag(help: "The message's bytes, unchanged.")
    var eml = false
    @OptionGroup var json: JSONOption

    func validate() throws {
        if recipient != nil, ordinal != nil { throw ValidationError("Give --recipient or --ordinal, not both.") }
    }

    func run() throws {
        let campaign = try CampaignFile.load(file)
        let choice: JobPreview.Choice =
            if let recipient { .address(recipient) } else if let ordinal { .ordinal(ordinal) } else { .first }
        let preview = try JobPreview.make(campaign.definition, recipients: campaign.recipients, choose: choice)
        var output = OutputStream.standardOutput()
        if json.isOn {
            let message = String(decoding: preview.message, as: UTF8.self)
            try output.line(
                .object([
                    ("ordinal", JSON(preview.ordinal)), ("address", .string(preview.address)),
                    ("message", .string(message)),
                ]))
        } else if eml {
            try output.raw(preview.message)
        } else {
            var diagnostics = OutputStream.standardError()
            try diagnostics.line("recipient \(preview.ordinal): \(Sanitised.line(preview.address))")
            try output.raw(Sanitised.block(preview.message).utf8)
        }
        try output.flush()
    }
}
