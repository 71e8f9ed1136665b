import ArgumentParser
import CampaignDomain
import CampaignEngine

struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "List the journal's jobs.",
        discussion: """
            With --json, one object per line, with the same fields as `campaign status --json`.

            Example:
              campaign jobs --journal spring/campaign.journal
            """)

    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() throws {
        let summaries = try journal.reader().jobs()
        var output = OutputStream.standardOutput()
        if json.isOn {
            for summary in summaries { try output.line(StatusView(summary).json) }
        } else {
            for line in Self.lines(summaries, paint: Paint(.output)) { try output.line(line) }
        }
        try output.flush()
    }

    static func lines(_ summaries: [JobSummary], paint: Paint) -> [String] {
        guard !summaries.isEmpty else { return ["The journal holds no job."] }
        var table = AlignedTable([
            ("job", .right), ("key", .left), ("state", .left), ("done", .right), ("of", .right), ("failed", .right),
            ("in doubt", .right), ("created", .left), ("name", .left),
        ])
        for summary in summaries {
            let state = summary.state
            let tally = summary.tally
            table.add([
                .init("\(summary.job)"), .init(summary.key) { paint.strong($0) },
                .init(state.rawValue) { paint.state($0, state) }, .init("\(tally.settled)"), .init("\(tally.total)"),
                .init("\(tally.failed)") { tally.failed > 0 ? paint.bad($0) : $0 },
                .init("\(tally.inDoubt)") { tally.inDoubt > 0 ? paint.warning($0) : $0 },
                .init(summary.createdAt.shown), .init(summary.name),
            ])
        }
        return table.lines(paint: paint)
    }
}
