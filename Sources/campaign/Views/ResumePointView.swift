import CampaignDomain
import CampaignEngine

/// A dry run of a start, as fields and as sentences.
struct ResumePointView {
    let point: ResumePoint

    var json: JSON {
        .object([
            ("job", JSON(point.summary.job.rawValue)), ("key", .string(point.summary.key)),
            ("state", .string(point.summary.state.rawValue)), ("sequence", JSON(point.sequence)),
            ("next", point.next.map { JSON($0) } ?? .null), ("pending", JSON(point.pending)),
            ("dueNow", JSON(point.dueNow)), ("dueLater", JSON(point.dueLater)), ("nextDue", JSON(point.nextDue)),
            ("claimed", .array(point.claimed.map { JSON($0) })), ("inDoubt", .array(point.inDoubt.map { JSON($0) })),
            ("sentences", .array(sentences.map { .string($0) })),
        ])
    }

    var sentences: [String] {
        let tally = point.summary.tally
        var sentences = [
            "\(point.summary.key) is \(point.summary.state.rawValue) after event \(point.sequence): \(effect)"
        ]
        let done = tally.sent + tally.failed + tally.skipped
        sentences.append(
            "\(done) of \(tally.total) recipients have their outcome (\(tally.sent) sent, \(tally.failed) failed, "
                + "\(tally.skipped) skipped) and are left alone.")
        if !point.claimed.isEmpty {
            sentences.append(
                "\(point.claimed.count) claimed without outcome (recipients \(listed(point.claimed))): their endpoints "
                    + "are asked first whether they took the message; where that cannot be known, they are in doubt.")
        }
        if point.pending > 0 {
            let first = point.next.map { ", from recipient \($0) on" } ?? ""
            sentences.append("\(point.pending) pending\(first): they would be sent to.")
        }
        if point.dueNow > 0 { sentences.append("\(point.dueNow) deferred and due: they would be tried again at once.") }
        if point.dueLater > 0 {
            let when = point.nextDue.map { ", the first at \($0.shown)" } ?? ""
            sentences.append("\(point.dueLater) deferred until later\(when): they would be waited for.")
        }
        if !point.inDoubt.isEmpty {
            sentences.append(
                "\(point.inDoubt.count) in doubt (recipients \(listed(point.inDoubt))): no second copy unless a person "
                    + "says so (campaign in-doubt), or the job's policy is resend.")
        }
        return sentences
    }

    private var effect: String {
        switch point.summary.state {
        case .completed: "a start would send nothing."
        case .aborted where !point.summary.abortIsRecoverable: "it was aborted for good; a start would be refused."
        case .paused: "a start would wait until it is unpaused."
        case .running: "an engine is at work on it."
        case .created, .interrupted, .aborted: "a start would go on from here."
        }
    }

    private func listed(_ ordinals: [Ordinal]) -> String {
        let shownMax = 10
        let shown = ordinals.prefix(shownMax).map(String.init).joined(separator: ", ")
        return ordinals.count > shownMax ? "\(shown) and \(ordinals.count - shownMax) more" : shown
    }
}
