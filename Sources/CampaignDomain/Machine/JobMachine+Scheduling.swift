#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// Who is sent next, through which endpoint, and when to look again.
extension JobMachine {
    /// Hands out work, wakes endpoints whose pause is over, and ends the run when nothing is left.
    package mutating func advance(now: Timestamp, _ decision: inout Decision) {
        guard mode == .running || mode == .draining else { return }
        wakeEndpoints(now, &decision)
        #if CAMPAIGN_MUTANTS
        if Mutant.pauseIgnored.isPlanted, mode == .running, state.phase == .paused { offerWork(now, &decision) }
        #endif
        if mode == .running, state.phase == .running, probing == 0 { offerWork(now, &decision) }
        endIfOver(now, &decision)
    }

    private mutating func wakeEndpoints(_ now: Timestamp, _ decision: inout Decision) {
        #if CAMPAIGN_MUTANTS
        if Mutant.pausedForEver.isPlanted { return }
        #endif
        guard mode == .running, state.phase == .running else { return }
        for index in lanes.indices {
            guard case .paused(let until) = lanes[index]?.status, until <= now.milliseconds else { continue }
            lanes[index]?.status = .checking
            decision.actions.append(.check(EndpointIndex(index)))
        }
    }

    private mutating func offerWork(_ now: Timestamp, _ decision: inout Decision) {
        guard !lanes.isEmpty else { return }
        var allowance = pacer.allowance(now: now)
        for step in lanes.indices {
            let index = (turn + step) % lanes.count
            guard allowance > 0, let lane = lanes[index], lane.free > 0 else { continue }
            let ordinals = take(min(lane.free, allowance), now)
            guard !ordinals.isEmpty else { break }
            allowance -= ordinals.count
            pacer.consume(ordinals.count)
            lanes[index]?.inFlight += ordinals.count
            if lane.setup.preparesBeforeClaim {
                for ordinal in ordinals { preparing[ordinal] = EndpointIndex(index) }
                decision.actions.append(
                    .prepare(EndpointIndex(index), generation: lane.generation, ordinals))
            } else {
                claim(EndpointIndex(index), lane, ordinals, &decision)
            }
        }
        turn = (turn + 1) % lanes.count
    }

    mutating func claim(
        _ endpoint: EndpointIndex, _ lane: EndpointLane, _ ordinals: [Ordinal], _ decision: inout Decision
    ) {
        for ordinal in ordinals {
            decision.events.appendClaim(ordinal, endpoint)
            var event = PackedEvent(kind: .recipientClaimed, ordinal: ordinal)
            event.endpoint = endpoint
            do {
                try state.evolve(event, at: state.sequence)
            } catch {
                preconditionFailure("suppressed duplicate: the machine claimed twice: \(error)")
            }
        }
        decision.actions.append(.deliver(endpoint, generation: lane.generation, ordinals))
    }

    /// The next recipients: the due ones first, then those given back, then the list's next.
    private mutating func take(_ count: Int, _ now: Timestamp) -> [Ordinal] {
        var taken: [Ordinal] = []
        taken.reserveCapacity(min(count, Int(state.tally.open)))
        while taken.count < count, let ordinal = deferred.popDue(now: now.milliseconds) { taken.append(ordinal) }
        while taken.count < count, returnedHead < returned.count {
            taken.append(returned[returnedHead])
            returnedHead += 1
        }
        if returnedHead == returned.count, returnedHead > 0 {
            returned.removeAll(keepingCapacity: true)
            returnedHead = 0
        }
        let end = Ordinal(state.recipients.count)
        while taken.count < count, cursor < end {
            if state.recipients.phase(cursor) == .pending { taken.append(cursor) }
            cursor += 1
        }
        return taken
    }

    private mutating func endIfOver(_ now: Timestamp, _ decision: inout Decision) {
        guard inFlight == 0 else { return }
        if state.phase == .aborted {
            finish(
                state.abortIsRecoverable
                    ? .abortedRecoverably(reason: state.abortReason ?? "") : .aborted(reason: state.abortReason ?? ""),
                &decision)
        } else if state.phase == .running, state.tally.open == 0 {
            emit(.jobCompleted(state.tally), now, &decision)
            finish(.completed, &decision)
        } else if mode == .draining {
            finish(.stopped, &decision)
        } else if state.phase == .running, lanes.allSatisfy({ $0 == nil || $0?.status == .removed }) {
            let reason = lastEndpointError.map { "every endpoint was removed; the last said: \($0)" }
            let text = (reason ?? "the job has no endpoint").clippedForLog
            #if CAMPAIGN_MUTANTS
            if Mutant.troubleIsFinal.isPlanted {
                emit(.jobAborted(reason: text, recoverable: false), now, &decision)
                return finish(.aborted(reason: text), &decision)
            }
            #endif
            emit(.jobAborted(reason: text, recoverable: true), now, &decision)
            finish(.abortedRecoverably(reason: text), &decision)
        }
    }

    private var lastEndpointError: String? {
        for index in lanes.indices.reversed() where lanes[index] != nil {
            if let error = state.endpoints[index].lastError { return error }
        }
        return nil
    }

    private mutating func finish(_ ending: JobEnding, _ decision: inout Decision) {
        mode = .finished
        decision.actions.append(.finished(ending))
    }

    /// When `advance` must be called again although nothing is reported; nil when only a report can help.
    package func nextWake(now: Timestamp) -> Timestamp? {
        guard mode == .running, state.phase == .running, probing == 0 else { return nil }
        var earliest: Int64?
        func consider(_ time: Int64) { earliest = min(earliest ?? time, time) }
        var canSend = false
        for lane in lanes {
            guard let lane else { continue }
            if case .paused(let until) = lane.status { consider(until) }
            if lane.free > 0 { canSend = true }
        }
        if canSend {
            let hasReady = returnedHead < returned.count || cursor < Ordinal(state.recipients.count)
            if let pace = pacer.nextAllowed(now: now), hasReady { consider(pace.milliseconds) }
            if let due = deferred.earliest {
                let pace = pacer.nextAllowed(now: now)?.milliseconds ?? due
                consider(max(due, pace))
            }
        }
        return earliest.map { Timestamp(milliseconds: $0) }
    }
}
