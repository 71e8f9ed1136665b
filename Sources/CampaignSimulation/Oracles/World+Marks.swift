import CampaignDomain

/// Which marks the log's events are.
extension World {
    func mark(_ event: Event) {
        switch event {
        case .journalAdopted: marks.hit(.journalAdopted)
        case .storeRecovered: marks.hit(.storeDownAndBack)
        case .jobPaused(let reason): marks.hit(reason == "someone's" ? .pausedByPerson : .pausedByRefusals)
        case .jobAborted(_, let recoverable): marks.hit(recoverable ? .jobAbortedRecoverably : .jobAborted)
        case .endpointPaused: marks.hit(.endpointPaused)
        case .endpointRecovered: marks.hit(.endpointRecovered)
        case .endpointRemoved: marks.hit(.endpointRemoved)
        case .endpointRestored: marks.hit(.endpointRestored)
        case .endpointSuspended: marks.hit(.endpointSuspended)
        case .endpointWithdrawn: marks.hit(.endpointWithdrawn)
        case .endpointLimited: marks.hit(.endpointLimited)
        case .destinationsLimited: marks.hit(.destinationsLimited)
        case .recipient(_, let change): mark(change)
        default: break
        }
    }

    private static let byRecord = "by the flight record"

    private func mark(_ change: RecipientChange) {
        switch change {
        case .skipped: marks.hit(.recipientsSkipped)
        case .claimed: break
        case .sent(_, let reply):
            marks.hit(.sent)
            if reply.contains(Self.byRecord) { marks.hit(.flightTakenByReceiver) }
        case .failed(_, .attemptsExhausted, _): marks.hit(.attemptsExhausted)
        case .failed(_, .rendering, _): marks.hit(.renderingFailed)
        case .failed: marks.hit(.failed)
        case .deferred: marks.hit(.deferred)
        case .released(_, let reason):
            marks.hit(.released)
            if reason.contains(Self.byRecord) {
                marks.hit(reason.hasPrefix("not handed over") ? .flightNotHandedOver : .flightRefusedByReceiver)
            }
        case .inDoubt(_, let reason):
            marks.hit(.doubtNamed)
            if reason.contains(Self.byRecord) { marks.hit(.flightInDoubt) }
        case .inDoubtResolved(.sent, let evidence):
            marks.hit(.doubtResolvedSent)
            if evidence.contains("probe") { marks.hit(.doubtSettledByProbe) }
        case .inDoubtResolved(.notSent, let evidence):
            marks.hit(.doubtResolvedNotSent)
            if evidence.contains("probe") { marks.hit(.doubtSettledByProbe) }
        case .inDoubtResolved(.resend, _): marks.hit(.doubtResent)
        }
        if case .claimed = change {} else { process?.outcomesReported += 1 }
    }
}
