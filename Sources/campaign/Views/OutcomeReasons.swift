import CampaignDomain
import CampaignEngine

/// Why recipients that were not sent to stand where they do: the last reply or reason in the log.
struct OutcomeReasons {
    private var reasons: [Ordinal: String] = [:]

    subscript(ordinal: Ordinal) -> String? { reasons[ordinal] }

    /// One pass over the log; keeps one text for each recipient that failed, was skipped, deferred or is in doubt.
    static func read(_ job: JobID, _ reader: JournalReader) throws(CLIError) -> OutcomeReasons {
        var found = OutcomeReasons()
        try EventScan.forward(reader, job: job) { logged in
            if case .recipient(let ordinal, let change) = logged.event { found.note(ordinal, change) }
            return true
        }
        return found
    }

    mutating func note(_ ordinal: Ordinal, _ change: RecipientChange) {
        switch change {
        case .skipped(let reason, let detail):
            reasons[ordinal] = detail.isEmpty ? reason.word : "\(reason.word): \(detail)"
        case .failed(_, let kind, let reply): reasons[ordinal] = reply.isEmpty ? kind.word : reply
        case .deferred(_, _, _, let reply): reasons[ordinal] = reply
        case .inDoubt(_, let reason): reasons[ordinal] = reason
        case .released(_, let reason): reasons[ordinal] = reason
        case .sent, .inDoubtResolved: reasons[ordinal] = nil
        case .claimed: break
        }
    }
}
