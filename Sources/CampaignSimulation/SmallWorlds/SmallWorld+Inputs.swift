import CampaignDomain

/// What reports and requests do to the machine, and to the truth behind it.
extension SmallWorld {
    mutating func apply(
        _ input: SmallWorldInput, _ machine: inout JobMachine, _ decision: inout Decision,
        _ rules: SmallWorldConfiguration
    ) throws {
        if let item = input.work, let position = work.firstIndex(of: item) { work.remove(at: position) }
        switch input {
        case .delivered(let delivery, let answer):
            try report(delivery, answer, &machine, &decision)
        case .prepared(let batch):
            machine.prepared(batch.endpoint, batch.ordinals, now: time, &decision)
        case .unprepared(let batch, let isFault):
            machine.unprepared(
                batch.endpoint, batch.ordinals, isFault ? EndpointFault(.unavailable, "down") : nil, now: time,
                &decision)
        case .unrenderable(let batch, let ordinal):
            keepPreparing(batch.without(ordinal))
            machine.unrenderable(batch.endpoint, ordinal, reason: "no field", now: time, &decision)
        case .refused(let batch, let ordinal, let answer):
            keepPreparing(batch.without(ordinal))
            let delivery = SmallWorldDelivery(endpoint: batch.endpoint, generation: batch.generation, ordinal: ordinal)
            try report(delivery, answer, &machine, &decision)
        case .checked(let endpoint, let severity):
            machine.checked(endpoint, severity.map { EndpointFault($0, "down") }, now: time, &decision)
        case .probed(let endpoint, let ordinals, let verdicts):
            let pairs = zip(ordinals, verdicts).map { ordinal, verdict in
                let isMisread = verdict == .unknown && rules.flaw == .readsUnknownAsNotAccepted
                return (ordinal: ordinal, verdict: isMisread ? ProbeVerdict.notAccepted : verdict)
            }
            machine.probed(endpoint, pairs, now: time, &decision)
        case .asked(let endpoint, let ordinals, let verdicts):
            let pairs = zip(ordinals, verdicts).map { (ordinal: $0, verdict: $1) }
            machine.probed(endpoint, pairs, now: time, &decision)
        case .pause: machine.pause(reason: "a person", now: time, &decision)
        case .unpause: machine.unpause(now: time, &decision)
        case .stop: machine.stop(now: time, &decision)
        case .abort: machine.abort(reason: "a person", now: time, &decision)
        case .resolve(let ordinal, let verdict):
            _ = machine.resolve(ordinal, verdict, evidence: "server's log", now: time, &decision)
        case .time(let milliseconds): now += milliseconds
        case .idle, .start: break
        }
    }

    private mutating func keepPreparing(_ rest: SmallWorldPreparation) {
        if !rest.ordinals.isEmpty { work.append(.prepare(rest)) }
    }

    private mutating func report(
        _ delivery: SmallWorldDelivery, _ answer: DeliveryAnswer, _ machine: inout JobMachine,
        _ decision: inout Decision
    ) throws {
        if answer.accepts { accepted[Int(delivery.ordinal)] += 1 }
        let isTaken = machine.outcome(
            delivery.ordinal, delivery.endpoint, generation: delivery.generation, answer.outcome, now: time, &decision)
        guard isTaken else { throw SmallWorldBreach("the outcome of \(delivery.ordinal) is ignored") }
        // An endpoint that says it twice is heard once.
        let count = decision.events.count
        let isTakenAgain = machine.outcome(
            delivery.ordinal, delivery.endpoint, generation: delivery.generation, answer.outcome, now: time, &decision)
        guard !isTakenAgain, decision.events.count == count else {
            throw SmallWorldBreach("a second report about \(delivery.ordinal) is taken for news")
        }
    }
}
