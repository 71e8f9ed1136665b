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

    private func mark(_ change: RecipientChange) {
        switch change {
        case .skipped: marks.hit(.recipientsSkipped)
        case .claimed: break
        case .sent: marks.hit(.sent)
        case .failed(_, .attemptsExhausted, _): marks.hit(.attemptsExhausted)
        case .failed(_, .rendering, _): marks.hit(.renderingFailed)
        case .failed: marks.hit(.failed)
        case .deferred: marks.hit(.deferred)
        case .released: marks.hit(.released)
        case .inDoubt: marks.hit(.doubtNamed)
        case .inDoubtResolved(.sent, _): marks.hit(.doubtResolvedSent)
        case .inDoubtResolved(.notSent, _): marks.hit(.doubtResolvedNotSent)
        case .inDoubtResolved(.resend, _): marks.hit(.doubtResent)
        }
        if case .claimed = change {} else { process?.outcomesReported += 1 }
    }
}
