import ArgumentParser
import CampaignDomain
import CampaignEngine

/// The readers of a journal, without the start of a program around them.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Folds a job from its first event, and recomputes every hash of the log.")

    @Argument(help: "The journal's directory.") var journal: String
    @Option(help: "The job's number.") var job: UInt32 = 1
    @Option(help: "Times; the fastest counts.") var rounds = 3

    func run() throws {
        let reader = try JournalReader.open(journal: journal)
        // The state before the last event has no snapshot: it is folded from the first.
        let last = try reader.state(JobID(job)).sequence
        var fold = Double.infinity
        var verify = Double.infinity
        for _ in 0..<rounds {
            fold = min(fold, try Figures.seconds { _ = try reader.state(JobID(job), until: last - 1) })
            verify = min(verify, try Figures.seconds { try check(reader) })
        }
        Figures.say("events", last)
        Figures.say("fold-events/s", Double(last) / fold)
        Figures.say("verify-events/s", Double(last) / verify)
        Figures.say("verify-nanoseconds", verify * 1e9)
    }

    private func check(_ reader: JournalReader) throws {
        let report = try reader.verify()
        guard report.isSound else { throw ValidationError("the log is damaged: \(report.reason ?? "")") }
    }
}
