import CampaignDomain
import CampaignEngine

/// What is said once a run is over, and with which status the process ends.
struct RunReport {
    var summary: JobSummary
    var ending: JobEnding?
    /// The job was paused already, and nothing was done.
    var wasPaused = false
    /// When this run began.
    var startedAt: Timestamp
    /// Named in hints where a command would not find the journal by itself.
    var journal: String?

    var status: ExitStatus {
        switch ending {
        case .completed?: summary.tally.inDoubt == 0 ? .done : .doneWithDoubt
        case .abortedRecoverably?: .endpointsRemoved
        case .aborted?: .badInput
        case .stopped?, nil: .interrupted
        }
    }

    /// The job's status, with the state as it is once the engine has ended.
    var json: JSON { StatusView(settled).json }

    func lines(paint: Paint) -> [String] {
        let key = Sanitised.line(summary.key)
        let tally = summary.tally
        var counts = "\(tally.settled) of \(tally.total) done: \(tally.sent) sent, \(tally.failed) failed, "
        counts += "\(tally.skipped) skipped, \(tally.inDoubt) in doubt"
        if tally.open > 0 { counts += "; \(tally.open) to go" }
        var lines = ["\(key): \(headline(paint)). \(counts)."]
        if let hint { lines.append(Sanitised.line(hint)) }
        return lines
    }

    private func headline(_ paint: Paint) -> String {
        switch ending {
        case .completed?:
            // A job that finished before this run began was found complete.
            let wasComplete = summary.finishedAt.map { $0 < startedAt } ?? false
            return paint.good(wasComplete ? "complete already, nothing to send" : "completed")
        case .abortedRecoverably(let reason)?:
            return paint.bad("every endpoint was removed") + " (\(Sanitised.line(reason)))"
        case .aborted(let reason)?: return paint.bad("aborted for good") + " (\(Sanitised.line(reason)))"
        case .stopped?, nil:
            guard wasPaused else { return paint.warning("stopped") }
            return paint.warning("paused") + (summary.pauseReason.map { " (\(Sanitised.line($0)))" } ?? "")
        }
    }

    private var hint: String? {
        if status == .interrupted, !wasPaused { return "Run the same command again to go on." }
        return StatusView(settled, journal: journal).hint
    }

    private var settled: JobSummary {
        var summary = summary
        if summary.state == .running { summary.state = .interrupted }
        return summary
    }
}
