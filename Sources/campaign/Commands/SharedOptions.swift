import ArgumentParser
import CampaignDomain
import CampaignEngine
import CampaignManifest
import Foundation

/// Which journal.
struct JournalOption: ParsableArguments {
    @Option(
        name: .customLong("journal"),
        help: ArgumentHelp(
            "The journal's directory.",
            discussion: "Default: $CAMPAIGN_JOURNAL, else campaign.journal beside the campaign file or here.",
            valueName: "dir"))
    var option: String?

    func path(campaignFile: String? = nil) -> String {
        JournalPath.resolve(
            option: option, environment: ProcessInfo.processInfo.environment, campaignFile: campaignFile)
    }

    func reader() throws -> JournalReader { try JournalReader.open(journal: path()) }

    /// For commands that open the journal for sending next: a process opens a journal once at a time.
    func summaryAndClose(_ job: String?) throws -> JobSummary {
        let reader = try reader()
        defer { reader.close() }
        return try reader.summary(try reader.job(job))
    }
}

/// How data is printed.
struct JSONOption: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print JSON: one object, or one object per line.")
    var isOn = false
}

/// Which job.
struct JobArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The job's key or id; may be left out where there is one job.", valueName: "job"))
    var job: String?
}

/// How a run differs from what the job was created with.
struct RunOverrides: ParsableArguments {
    @Option(
        name: .customLong("endpoint"),
        help: ArgumentHelp("Send through this instead of what the job names. Repeatable.", valueName: "url"))
    var endpoints: [String] = []

    @Option(
        name: .customLong("in-doubt"),
        help: ArgumentHelp("hold: no second copy until a person decides; resend: send again.", valueName: "policy"),
        transform: Self.policy)
    var inDoubt: InDoubtPolicy?

    @Option(
        name: .customLong("rate"),
        help: ArgumentHelp(
            "Messages per second over all endpoints, or 1000/s, 50/m, 100/h; 0 lifts the limit.", valueName: "rate"),
        transform: { text in
            guard let rate = Quantity.ratePerHour(option: text) else {
                throw ValidationError("'\(text)' is no rate: write 1000/s, 50/m, 100/h, or 0 for no limit.")
            }
            return rate
        })
    var ratePerHour: UInt32?

    @Flag(name: .customLong("adopt"), help: "Take over a journal that was moved or copied from another host.")
    var adopts = false

    @Flag(name: [.customLong("quiet"), .customShort("q")], help: "No progress.")
    var isQuiet = false

    @Flag(name: [.customLong("verbose"), .customShort("v")], help: "The engine's own diagnostics too.")
    var isVerbose = false

    var options: RunOptions { RunOptions(ratePerHour: ratePerHour, inDoubt: inDoubt) }
}

extension RunOverrides {
    static func policy(_ word: String) throws -> InDoubtPolicy {
        guard let policy = InDoubtPolicy(word: word) else {
            throw ValidationError("'\(word)' is no policy: write hold or resend.")
        }
        return policy
    }
}
