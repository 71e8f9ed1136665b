import CampaignDomain

/// The driver: inputs, decision, commit, actions, with a possible end at each boundary.
extension SmallWorld {
    private enum Effect {
        case beginEpoch
        case commit
        case act(Action)
    }

    /// Calls `visit` with every successor: first those of a crash between two turns, then those of each turn, which may
    /// itself be cut short after each of its effects.
    ///
    /// A crash *during* an effect is none of its own: a commit is durable or not, and a delivery under way was accepted or
    /// not; both are tried. A crash before a turn's first effect leaves what a crash before the turn leaves.
    func successors(
        _ rules: SmallWorldConfiguration, _ visit: (SmallWorldStep, _ isGood: Bool, SmallWorld) throws -> Void
    ) throws {
        if machine != nil {
            try crashes(after: 0, of: [], rules) { try visit($0, false, $1) }
        }
        let choices = choices(rules)
        for choice in choices { try turn([choice], rules, visit) }
        guard rules.reportsPerTurn > 1, machine != nil else { return }
        let reports = choices.filter { $0.input.work != nil || $0.controls > 0 }
        for first in reports where first.input.work != nil {
            for second in reports where second.input.work != first.input.work {
                try turn([first, second], rules, visit)
                if second.input.work == nil { try turn([second, first], rules, visit) }
            }
        }
    }

    private func turn(
        _ choices: [Choice], _ rules: SmallWorldConfiguration,
        _ visit: (SmallWorldStep, _ isGood: Bool, SmallWorld) throws -> Void
    ) throws {
        let inputs = choices.map(\.input)
        var world = self
        for choice in choices {
            guard world.spend(faults: choice.faults, controls: choice.controls) else { return }
        }
        do {
            let isChanged = try world.take(inputs, rules) { try visit($0, false, $1) }
            guard isChanged else { return }
            try visit(SmallWorldStep(inputs: inputs), choices.allSatisfy(\.isGood), world)
        } catch let breach as SmallWorldBreach {
            throw SmallWorldFailure(breach, at: SmallWorldStep(inputs: inputs))
        }
    }

    /// One turn. False when an input is refused and leaves no trace.
    private mutating func take(
        _ inputs: [SmallWorldInput], _ rules: SmallWorldConfiguration,
        _ crashed: (SmallWorldStep, SmallWorld) throws -> Void
    ) throws -> Bool {
        // Without a run, a request is written to the journal by an engine that does nothing else.
        let isRequest = machine == nil
        var machine = machine ?? JobMachine(log.state)
        var decision = Decision()
        var effects: [Effect] = []
        for input in inputs {
            if case .start(let policy, let endpoints, let evidence) = input {
                try begin(policy, endpoints, evidence, rules, &machine, &decision, &effects)
            } else {
                try apply(input, &machine, &decision, rules)
            }
        }
        machine.advance(now: time, &decision)
        if case .time = inputs[0], isRequest { return true }
        if isRequest, effects.isEmpty {
            guard !decision.events.isEmpty else { return false }
            effects.append(.beginEpoch)
        } else {
            self.machine = machine
        }
        effects += Self.order(decision, inputs, rules.flaw)
        for (position, effect) in effects.enumerated() {
            if position > 0 { try crashes(after: position, of: inputs, rules, crashed) }
            try carryOut(effect, decision, rules)
        }
        try settle(isRequest: isRequest && self.machine == nil, machine)
        return true
    }

    private mutating func begin(
        _ policy: Int, _ endpoints: Int, _ evidence: Bool, _ rules: SmallWorldConfiguration,
        _ machine: inout JobMachine, _ decision: inout Decision, _ effects: inout [Effect]
    ) throws {
        runEndpoints = endpoints
        if rules.flaw == .forgetsClaimsAfterCrash, state.tally.claimed > 0 {
            var events = EventEncoder()
            for ordinal in state.ordinals(in: .claimed) {
                events.append(ordinal, .released(state.recipients.endpoint(ordinal), reason: "forgotten"))
            }
            try log.beginEpoch(now: now)
            try log.commit(events, now: now)
        }
        effects.append(.beginEpoch)
        machine = JobMachine(log.state, RunOptions(inDoubt: rules.runPolicies[policy]))
        if evidence {
            for ordinal in log.state.ordinals(in: .claimed) {
                let verdict: ProbeVerdict = accepted[Int(ordinal)] > 0 ? .accepted : .notAccepted
                machine.evidence[ordinal] = ClaimEvidence(verdict, "the flight record")
            }
        }
        let setups = rules.endpointChoices[endpoints].map { rules.endpoints[$0].setup }
        machine.start(setups, now: time, &decision)
    }

    private static func order(_ decision: Decision, _ inputs: [SmallWorldInput], _ flaw: DriverFlaw?) -> [Effect] {
        let commit: [Effect] = decision.events.isEmpty ? [] : [.commit]
        let actions = decision.actions
        func isDelivery(_ action: Action) -> Bool {
            if case .deliver = action { true } else { false }
        }
        switch flaw {
        case .deliversBeforeCommit:
            return actions.filter(isDelivery).map { .act($0) } + commit
                + actions.filter { !isDelivery($0) }.map { .act($0) }
        case .actsOnOutcomesBeforeCommit:
            guard case .delivered = inputs.last else { break }
            return actions.filter { !isDelivery($0) }.map { .act($0) } + commit
                + actions.filter(isDelivery).map { .act($0) }
        default: break
        }
        return commit + actions.map { .act($0) }
    }

    private mutating func carryOut(_ effect: Effect, _ decision: Decision, _ rules: SmallWorldConfiguration) throws {
        switch effect {
        case .beginEpoch: try log.beginEpoch(now: now)
        case .commit:
            if rules.flaw == .losesNewestFrame { earlierLog = EarlierLog(log) }
            try log.commit(decision.events, now: now)
            machine?.committed(through: log.head, epoch: log.epoch)
        case .act(.deliver(let endpoint, let generation, let ordinals)):
            for ordinal in ordinals {
                guard state.phase(of: ordinal) == .claimed, state.recipients.endpoint(ordinal) == endpoint else {
                    throw SmallWorldBreach("the delivery of \(ordinal) begins before its claim is durable")
                }
                let delivery = SmallWorldDelivery(endpoint: endpoint, generation: generation, ordinal: ordinal)
                work.append(.delivery(delivery))
                if rules.flaw == .deliversTwice { work.append(.delivery(delivery)) }
            }
        case .act(.prepare(let endpoint, let generation, let ordinals)):
            work.append(
                .prepare(SmallWorldPreparation(endpoint: endpoint, generation: generation, ordinals: ordinals)))
        case .act(.discard(let endpoint, let ordinals)):
            for ordinal in ordinals {
                guard state.phase(of: ordinal) != .claimed || state.recipients.endpoint(ordinal) != endpoint else {
                    throw SmallWorldBreach("endpoint \(endpoint) is told to forget \(ordinal), which it has claimed")
                }
            }
        case .act(.check(let endpoint)): work.append(.check(endpoint))
        case .act(.probe(let endpoint, let ordinals)):
            let isAboutDoubts = ordinals.allSatisfy { state.phase(of: $0) == .inDoubt }
            work.append(isAboutDoubts ? .ask(endpoint, ordinals) : .probe(endpoint, ordinals))
        case .act(.finished(let ending)): try checkEnding(ending)
        }
    }

    /// After the turn: the live state is the log's, and a run that is over leaves nothing behind.
    private mutating func settle(isRequest: Bool, _ machine: JobMachine) throws {
        if isRequest {
            // The machine was for the request alone; it did not hear of the commit, so only the log speaks.
            guard machine.state.recipients == state.recipients, machine.state.phase == state.phase else {
                throw SmallWorldBreach("a request's machine and the log disagree")
            }
            return
        }
        guard let running = self.machine else { return }
        guard running.state.encoded() == state.encoded(), running.state.tally == state.tally else {
            throw SmallWorldBreach("the live state is not the fold of the log")
        }
        log.adopt(running.state)
        guard running.isFinished else { return }
        try checkNothingIsLeft(running)
        self.machine = nil
        work = []
        isRestarted = true
    }

    /// Every way in which the engine can die here: each of the messages under way was accepted or was not.
    private func crashes(
        after effects: Int, of inputs: [SmallWorldInput], _ rules: SmallWorldConfiguration,
        _ visit: (SmallWorldStep, SmallWorld) throws -> Void
    ) throws {
        var dead = self
        guard dead.spend(crashes: 1) else { return }
        dead.machine = nil
        dead.work = []
        dead.isRestarted = true
        if let earlier = earlierLog { dead.log = earlier.log }
        dead.earlierLog = nil
        var open: [Ordinal] = []
        for case .delivery(let delivery) in work where !open.contains(delivery.ordinal) {
            open.append(delivery.ordinal)
        }
        for mask in 0..<(1 << open.count) {
            var world = dead
            let chosen = open.indices.filter { mask >> $0 & 1 == 1 }.map { open[$0] }
            for ordinal in chosen { world.accepted[Int(ordinal)] += 1 }
            try visit(
                SmallWorldStep(inputs: inputs, crash: SmallWorldStep.Crash(effects: effects, accepted: chosen)), world)
        }
    }
}
