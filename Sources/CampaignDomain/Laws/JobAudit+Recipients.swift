/// Where recipients' events may stand.
extension JobAudit {
    mutating func recipient(
        _ event: PackedEvent, _ context: FrameContext, at sequence: EventSequence, _ violations: inout LawViolations
    ) {
        guard !isUnreadable else { return }
        let ordinal = event.ordinal
        guard isImported else {
            return add(.order, event, sequence, "comes before RecipientsImported", &violations)
        }
        guard Int(ordinal) < recipients.count else {
            return add(.order, event, sequence, "names none of the \(recipients.count) recipients", &violations)
        }
        switch event.kind {
        case .recipientClaimed:
            claimed(event, context, at: sequence, &violations)
        case .recipientSkipped:
            let standing = recipients[Int(ordinal)].standing
            if standing != .pending {
                add(.order, event, sequence, "finds it \(standing.words)", &violations)
            }
            settle(ordinal, .skipped)
        case .inDoubtResolved:
            resolved(event, at: sequence, &violations)
        default:
            outcome(event, at: sequence, &violations)
        }
    }

    private mutating func claimed(
        _ event: PackedEvent, _ context: FrameContext, at sequence: EventSequence, _ violations: inout LawViolations
    ) {
        switch stage {
        case .running: break
        case .unknown, .created: add(.order, event, sequence, "comes before JobStarted", &violations)
        case .paused: add(.order, event, sequence, "comes while the job is paused", &violations)
        case .aborted, .abortedForGood: add(.order, event, sequence, "comes after JobAborted", &violations)
        case .completed: add(.order, event, sequence, "comes after JobCompleted", &violations)
        }
        if Int(event.endpoint) >= endpoints.count {
            add(.order, event, sequence, "names endpoint \(event.endpoint), which no JobStarted named", &violations)
        } else if endpoints[Int(event.endpoint)].isRemoved {
            add(.order, event, sequence, "names endpoint \(event.endpoint), which was removed", &violations)
        }
        let standing = recipients[Int(event.ordinal)].standing
        switch standing {
        case .pending: break
        case .deferred:
            if let time = due.removeValue(forKey: event.ordinal), context.time.milliseconds < time {
                let early = time.subtractingReportingOverflow(context.time.milliseconds).partialValue
                add(.order, event, sequence, "comes \(early) ms before it is due", &violations)
            }
        case .claimed, .claimedAgain, .sent, .inDoubt:
            add(.noSecondCopy, event, sequence, "finds it \(standing.words)", &violations)
        case .failed, .skipped:
            add(.order, event, sequence, "finds it \(standing.words)", &violations)
        }
        recipients[Int(event.ordinal)].standing =
            standing == .sent || standing == .claimedAgain ? .claimedAgain : .claimed
        recipients[Int(event.ordinal)].endpoint = event.endpoint
    }

    private mutating func outcome(
        _ event: PackedEvent, at sequence: EventSequence, _ violations: inout LawViolations
    ) {
        let recipient = recipients[Int(event.ordinal)]
        if !recipient.standing.isClaimed {
            add(.order, event, sequence, "follows no claim: it is \(recipient.standing.words)", &violations)
        } else if recipient.endpoint != event.endpoint {
            add(
                .order, event, sequence,
                "is endpoint \(event.endpoint)'s, the claim was endpoint \(recipient.endpoint)'s", &violations)
        }
        switch event.kind {
        case .recipientSent:
            if recipient.standing == .sent || recipient.standing == .claimedAgain {
                add(.noSecondCopy, event, sequence, "is the second for this recipient", &violations)
            }
            settle(event.ordinal, .sent)
        case .recipientFailed: settle(event.ordinal, .failed)
        case .recipientInDoubt: settle(event.ordinal, .inDoubt)
        case .recipientDeferred:
            if event.attempt <= recipient.attempts {
                add(
                    .order, event, sequence, "counts attempt \(event.attempt) after attempt \(recipient.attempts)",
                    &violations)
            }
            settle(event.ordinal, .deferred)
            recipients[Int(event.ordinal)].attempts = event.attempt
            due[event.ordinal] = event.due
        default: settle(event.ordinal, .pending)
        }
    }

    private mutating func resolved(
        _ event: PackedEvent, at sequence: EventSequence, _ violations: inout LawViolations
    ) {
        let standing = recipients[Int(event.ordinal)].standing
        if standing != .inDoubt {
            add(.noUnnamedDoubt, event, sequence, "finds it \(standing.words), not in doubt", &violations)
        }
        switch DoubtVerdict(rawValue: event.code) {
        case .sent: return settle(event.ordinal, .sent)
        case .resend: recipients[Int(event.ordinal)].attempts += 1
        case .notSent, nil: break
        }
        settle(event.ordinal, .pending)
        // There is work again.
        if stage == .completed { stage = .running }
    }

    private mutating func settle(_ ordinal: Ordinal, _ standing: RecipientAudit.Standing) {
        if recipients[Int(ordinal)].standing == .deferred { due[ordinal] = nil }
        recipients[Int(ordinal)].standing = standing
    }

    private func add(
        _ law: LawViolation.Law, _ event: PackedEvent, _ sequence: EventSequence,
        _ sentence: @autoclosure () -> String, _ violations: inout LawViolations
    ) {
        violations.add(
            LawViolation(
                law, job: job, ordinal: event.ordinal, at: sequence,
                "\(event.kind.name) of recipient \(event.ordinal) \(sentence())"))
    }
}
