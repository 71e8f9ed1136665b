import ArgumentParser
import CampaignDomain
import CampaignEngine

struct WhyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tell one recipient's whole history.",
        discussion: """
            In sentences, with times and the servers' replies, then as events. Addresses are compared as duplicates \
            are: without regard to case. With --json, one object.

            Example:
              campaign why ada@example.com --job spring-2026
            """)

    @Argument(help: ArgumentHelp("The recipient's address.", valueName: "address"))
    var address: String
    @Option(help: ArgumentHelp("The job's key or id; may be left out where there is one job.", valueName: "job"))
    var job: String?
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() throws {
        let reader = try journal.reader()
        let job = try reader.job(job)
        let ordinals = try RecipientLookup.ordinals(of: address, job, reader)
        let histories = try RecipientHistory.read(ordinals, job, reader)
        var output = OutputStream.standardOutput()
        if json.isOn {
            try output.line(
                .object([
                    ("job", JSON(job.rawValue)), ("address", .string(address)),
                    ("recipients", .array(histories.map(\.json))),
                ]))
        } else {
            for line in histories.flatMap({ $0.lines(paint: Paint(.output)) }) { try output.line(line) }
        }
        try output.flush()
    }
}
