import CampaignDomain

/// What must be true in every world, counted here and not by the engine's fold.
extension SmallWorld {
    func check(_ rules: SmallWorldConfiguration) throws {
        try checkConservation()
        for ordinal in accepted.indices { try checkLedger(Ordinal(ordinal), rules) }
        try checkClaims(rules)
        if machine == nil { try log.checkReplay() }
        guard let machine else { return }
        let asked = work.reduce(0) { if case .ask(_, let ordinals) = $1 { $0 + ordinals.count } else { $0 } }
        // A person may have come before an answer, which is then waited for by nobody.
        guard machine.inquiriesUnderWay <= asked else {
            throw SmallWorldBreach(
                "the machine waits for \(machine.inquiriesUnderWay) answers about doubts, not \(asked)")
        }
        let waiting = work.reduce(0) { $0 + $1.ordinals.count } - asked
        guard machine.inFlight == waiting else {
            throw SmallWorldBreach("the machine waits for \(machine.inFlight) answers, \(waiting) are under way")
        }
    }

    /// R18: the seven counts are those of the recipients, and add up.
    private func checkConservation() throws {
        var counted = Tally()
        for ordinal in accepted.indices {
            switch state.phase(of: Ordinal(ordinal)) {
            case .pending: counted.pending += 1
            case .claimed: counted.claimed += 1
            case .sent: counted.sent += 1
            case .failed: counted.failed += 1
            case .skipped: counted.skipped += 1
            case .inDoubt: counted.inDoubt += 1
            case .deferred: counted.deferred += 1
            case nil: throw SmallWorldBreach("recipient \(ordinal) is gone")
            }
        }
        guard counted == state.tally, counted.total == UInt32(accepted.count) else {
            throw SmallWorldBreach("the tally does not add up: \(state.tally)")
        }
    }

    /// Laws 2 and 3 against the truth.
    private func checkLedger(_ ordinal: Ordinal, _ rules: SmallWorldConfiguration) throws {
        let copies = Int(accepted[Int(ordinal)])
        let copiesMax = rules.inDoubt == .hold && !rules.runPolicies.contains(.resend) ? 1 : rules.attempts
        guard copies <= copiesMax else { throw SmallWorldBreach("recipient \(ordinal) got \(copies) copies") }
        switch state.phase(of: ordinal) {
        case .sent where copies == 0:
            throw SmallWorldBreach("recipient \(ordinal) counts as sent and got nothing")
        case .pending, .deferred, .failed, .skipped:
            if copies > 0, copiesMax == 1 {
                throw SmallWorldBreach(
                    "recipient \(ordinal) got its message and is \(state.phase(of: ordinal).map { "\($0)" } ?? "gone")")
            }
        default: break
        }
    }

    /// Law 3: claims without outcome, which a crash now would leave, are bounded by each endpoint's lanes.
    private func checkClaims(_ rules: SmallWorldConfiguration) throws {
        var claims = [Int](repeating: 0, count: state.endpoints.count)
        for ordinal in state.ordinals(in: .claimed) {
            let index = Int(state.recipients.endpoint(ordinal))
            guard index < claims.count else { throw SmallWorldBreach("recipient \(ordinal) is claimed by nobody") }
            claims[index] += 1
        }
        for (index, count) in claims.enumerated() {
            let lanes = endpoint(EndpointIndex(index), rules)?.capacity ?? 0
            guard count <= lanes else {
                throw SmallWorldBreach("endpoint \(index) has \(lanes) lanes and \(count) claims without outcome")
            }
        }
    }

    /// Law 5: an end that is announced is in the log.
    func checkEnding(_ ending: JobEnding) throws {
        let isDurable =
            switch ending {
            case .completed: state.phase == .completed
            case .abortedRecoverably: state.phase == .aborted && state.abortIsRecoverable
            case .aborted: state.phase == .aborted && !state.abortIsRecoverable
            case .stopped: state.phase != .completed
            }
        guard isDurable else { throw SmallWorldBreach("\(ending) is announced, the log says \(state.phase)") }
        // Law 3: an end for good leaves no claim whose fate nobody has named.
        guard state.tally.claimed == 0 || (state.phase != .completed && !isAbortedForGood) else {
            throw SmallWorldBreach("\(ending) is announced with \(state.tally.claimed) claims open")
        }
    }

    private var isAbortedForGood: Bool { state.phase == .aborted && !state.abortIsRecoverable }

    /// R27: at the end of a run nothing is under way but checks and questions about doubts, and their answers are no events.
    func checkNothingIsLeft(_ finished: JobMachine) throws {
        var machine = finished
        var decision = Decision()
        for item in work {
            switch item {
            case .check(let endpoint):
                machine.checked(endpoint, EndpointFault(.hopeless, "late"), now: time, &decision)
            case .ask(let endpoint, let ordinals):
                machine.probed(endpoint, ordinals.map { ($0, .notAccepted) }, now: time, &decision)
            case .delivery, .prepare, .probe: throw SmallWorldBreach("the run ended with \(item) under way")
            }
        }
        machine.advance(now: time, &decision)
        guard decision.events.isEmpty, decision.actions.isEmpty, machine.inFlight == 0 else {
            throw SmallWorldBreach("the run goes on after its end")
        }
    }
}
