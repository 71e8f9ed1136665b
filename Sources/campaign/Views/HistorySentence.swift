import CampaignDomain
import CampaignEngine

/// One event of a recipient's history as a sentence. Not sanitised: whoever shows it does that.
struct HistorySentence {
    let event: EventView

    var text: String {
        guard case .recipient(_, let change) = event.logged.event else {
            return "\(time): \(event.logged.event.typeName)."
        }
        switch change {
        case .skipped(let reason, let detail):
            return "\(time): skipped, because \(reason.clause)\(tail(detail))"
        case .claimed(let index):
            return "\(time): claimed for \(endpoint(index)), before any of the message was sent."
        case .sent(let index, let reply):
            return "\(time): sent through \(endpoint(index)).\(answer(reply))"
        case .failed(let index, let kind, let reply):
            return "\(time): failed at \(endpoint(index)), because \(kind.clause).\(answer(reply))"
        case .deferred(let index, let attempt, let due, let reply):
            return "\(time): deferred by \(endpoint(index)) at attempt \(attempt); tried again from \(due.shown) on."
                + answer(reply)
        case .released(let index, let reason):
            return "\(time): given back unsent, because of \(endpoint(index)); no attempt is charged\(tail(reason))"
        case .inDoubt(let index, let reason):
            return "\(time): in doubt: \(endpoint(index)) may or may not have taken the message\(tail(reason))"
        case .inDoubtResolved(let verdict, let evidence):
            return "\(time): the doubt was resolved: \(resolution(verdict))\(tail(evidence))"
        }
    }

    private var time: String { event.logged.time.shown }

    private func endpoint(_ index: EndpointIndex) -> String { event.names.endpoint(index) ?? "endpoint \(index)" }

    private func answer(_ reply: String) -> String { reply.isEmpty ? "" : " It answered \"\(reply)\"." }

    private func tail(_ detail: String) -> String { detail.isEmpty ? "." : " (\(detail))." }

    private func resolution(_ verdict: DoubtVerdict) -> String {
        switch verdict {
        case .sent: "it was sent"
        case .notSent: "it was not sent, and is pending again"
        case .resend: "a second copy is wanted, and it is pending again"
        }
    }
}

/// Where a recipient stands, as the first sentence of its history.
struct StandingSentence {
    let record: RecipientRecord
    let phase: RecipientPhase?
    let attempts: UInt32
    let due: Timestamp?

    var text: String {
        let who = "\(record.address) (recipient \(record.ordinal), key \(record.key))"
        switch phase {
        case .pending: return "\(who) is pending: nothing has been sent yet."
        case .claimed: return "\(who) is claimed: a message is under way, or the engine stopped before the answer came."
        case .sent: return "\(who) was sent."
        case .failed: return "\(who) failed for good."
        case .skipped: return "\(who) was skipped and gets no message."
        case .inDoubt:
            return "\(who) is in doubt: whether the message was accepted is not known. No second copy is sent."
        case .deferred:
            let when = due.map { "from \($0.shown) on" } ?? "later"
            return "\(who) is deferred after \(attempts) attempt\(attempts == 1 ? "" : "s") and tried again \(when)."
        case nil: return "\(who) is not in the job's state."
        }
    }
}
