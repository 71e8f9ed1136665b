import CampaignDomain

/// Everything that can happen next.
extension SmallWorld {
    struct Choice {
        var input: SmallWorldInput
        /// What happens when nothing goes wrong.
        var isGood = false
        var faults = 0
        var controls = 0
    }

    /// Crashes apart: those are where the turn is. Always in the same order.
    func choices(_ rules: SmallWorldConfiguration) -> [Choice] {
        var choices: [Choice] = []
        if machine == nil {
            for policy in rules.runPolicies.indices {
                for endpoints in rules.endpointChoices.indices {
                    choices.append(
                        Choice(
                            input: .start(policy: policy, endpoints: endpoints),
                            isGood: policy == 0 && endpoints == 0 && !isOver))
                    if rules.hasFlightRecord, state.tally.claimed > 0 {
                        choices.append(Choice(input: .start(policy: policy, endpoints: endpoints, evidence: true)))
                    }
                }
            }
        }
        // Equal work gives equal worlds: one of it is enough.
        for (position, item) in work.enumerated() where !work[..<position].contains(item) {
            answers(item, rules, &choices)
        }
        controls(rules, &choices)
        times(rules, &choices)
        if rules.hasIdleTurns, machine != nil { choices.append(Choice(input: .idle)) }
        return choices.filter { choice in
            choice.faults <= faultsLeft ?? .max && choice.controls <= controlsLeft ?? .max
        }
    }

    private func answers(_ item: SmallWorldWork, _ rules: SmallWorldConfiguration, _ choices: inout [Choice]) {
        switch item {
        case .delivery(let delivery):
            choices.append(Choice(input: .delivered(delivery, .sent), isGood: true))
            for answer in rules.answers { choices.append(Choice(input: .delivered(delivery, answer), faults: 1)) }
        case .prepare(let batch):
            preparations(batch, endpoint(batch.endpoint, rules)?.isServer ?? false, &choices)
        case .check(let endpoint):
            choices.append(Choice(input: .checked(endpoint, nil), isGood: true))
            for severity in [EndpointFault.Severity.unavailable, .hopeless] {
                choices.append(Choice(input: .checked(endpoint, severity), faults: 1))
            }
        case .probe(let index, let ordinals):
            probes(index, ordinals, endpoint(index, rules)?.probe ?? .never, &choices) { .probed(index, ordinals, $0) }
        case .ask(let index, let ordinals):
            probes(index, ordinals, endpoint(index, rules)?.probe ?? .never, &choices) { .asked(index, ordinals, $0) }
        }
    }

    /// A directory makes a batch ready as one; a server says of each recipient what it thinks of it.
    private func preparations(_ batch: SmallWorldPreparation, _ isServer: Bool, _ choices: inout [Choice]) {
        choices.append(Choice(input: .prepared(batch), isGood: true))
        guard isServer else {
            for isFault in [true, false] {
                choices.append(Choice(input: .unprepared(batch, isFault: isFault), faults: 1))
            }
            for ordinal in batch.ordinals { choices.append(Choice(input: .unrenderable(batch, ordinal), faults: 1)) }
            return
        }
        for ordinal in batch.ordinals {
            for answer in DeliveryAnswer.refusals {
                choices.append(Choice(input: .refused(batch, ordinal, answer), faults: 1))
            }
        }
    }

    /// Probes never lie: each message's fate, or that it cannot be told.
    private func probes(
        _ endpoint: EndpointIndex, _ ordinals: [Ordinal], _ probe: SmallWorldEndpoint.Probe,
        _ choices: inout [Choice], _ input: ([ProbeVerdict]) -> SmallWorldInput
    ) {
        let truth = ordinals.map { accepted[Int($0)] > 0 ? ProbeVerdict.accepted : .notAccepted }
        let silence = [ProbeVerdict](repeating: .unknown, count: ordinals.count)
        switch probe {
        case .never: choices.append(Choice(input: input(silence), isGood: true))
        case .always: choices.append(Choice(input: input(truth), isGood: true))
        case .sometimes:
            for mask in 0..<(1 << ordinals.count) {
                let verdicts = ordinals.indices.map { mask >> $0 & 1 == 1 ? ProbeVerdict.unknown : truth[$0] }
                choices.append(
                    Choice(input: input(verdicts), isGood: mask == 0, faults: mask == 0 ? 0 : 1))
            }
        }
    }

    private func controls(_ rules: SmallWorldConfiguration, _ choices: inout [Choice]) {
        if state.phase == .paused { choices.append(Choice(input: .unpause, isGood: machine != nil)) }
        if rules.controls.contains(.pause), state.phase == .running || state.phase == .created {
            choices.append(Choice(input: .pause, controls: 1))
        }
        if rules.controls.contains(.stop), machine != nil { choices.append(Choice(input: .stop, controls: 1)) }
        if rules.controls.contains(.abort), state.phase != .completed {
            choices.append(Choice(input: .abort, controls: 1))
        }
        guard rules.controls.contains(.resolve) else { return }
        for ordinal in state.ordinals(in: .inDoubt) {
            let verdict: DoubtVerdict = accepted[Int(ordinal)] > 0 ? .sent : .notSent
            choices.append(Choice(input: .resolve(ordinal, verdict), controls: 1))
        }
    }

    /// The driver wakes when the machine asked for it; the clock may also pass other due times, or all of them at once.
    private func times(_ rules: SmallWorldConfiguration, _ choices: inout [Choice]) {
        if rules.flaw == .forgetsRetryQueueAfterRestart, isRestarted { return }
        let dues = state.ordinals(in: .deferred).compactMap { state.dueTime(of: $0)?.milliseconds }.filter { $0 > now }
        let timers = dues + (machine?.pauseEnds(after: time) ?? [])
        var targets: [Int64] = []
        let wake = machine?.nextWake(now: time).map { max($0.milliseconds, now) }
        for target in [wake, timers.min(), timers.max()] {
            guard let target, !targets.contains(target) else { continue }
            targets.append(target)
            choices.append(Choice(input: .time(target - now), isGood: target == wake))
        }
    }
}
