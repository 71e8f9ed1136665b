#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// What endpoints report.
extension JobMachine {
    /// The outcome of a delivery. A second report for the same claim is ignored (false).
    @discardableResult
    package mutating func outcome(
        _ ordinal: Ordinal, _ endpoint: EndpointIndex, generation: UInt32, _ outcome: DeliveryOutcome, now: Timestamp,
        _ decision: inout Decision
    ) -> Bool {
        #if CAMPAIGN_MUTANTS
        if Mutant.doubleReportCounted.isPlanted, state.phase(of: ordinal) == .sent {
            lanes[Int(endpoint)]?.inFlight -= 1
            return true
        }
        #endif
        if takePrepared(endpoint, ordinal) {
            lanes[Int(endpoint)]?.inFlight -= 1
            handouts[ordinal] = nil
            gate?.left(ordinal, now: now)
            unclaimedOutcome(ordinal, endpoint, generation, outcome, now, &decision)
            return true
        }
        // While a crash's claims are being probed there are no others: an outcome now is about no delivery of this run.
        guard probing == 0, state.phase(of: ordinal) == .claimed, state.recipients.endpoint(ordinal) == endpoint,
            Int(endpoint) < lanes.count, lanes[Int(endpoint)] != nil
        else { return false }
        lanes[Int(endpoint)]?.inFlight -= 1
        handouts[ordinal] = nil
        gate?.left(ordinal, now: now)
        if case .notSent = outcome, lanes[Int(endpoint)]?.setup.preparesBeforeClaim == true {
            decision.withdraw(ordinal, from: endpoint)
        }
        settle(ordinal, endpoint, generation, outcome, now, &decision)
        return true
    }

    /// The outcome of a message that was being prepared and is not claimed: refused before its content was asked for.
    ///
    /// What is worth an event is claimed in the same group, since every outcome follows a claim. When nothing may be claimed
    /// any more the recipient goes back as if nothing had happened: the next run finds out again.
    private mutating func unclaimedOutcome(
        _ ordinal: Ordinal, _ endpoint: EndpointIndex, _ generation: UInt32, _ outcome: DeliveryOutcome,
        _ now: Timestamp, _ decision: inout Decision
    ) {
        let mayClaim = mode == .running && state.phase == .running && lanes[Int(endpoint)]?.mayClaim == true
        switch outcome {
        case .notSent(let fault) where fault.severity == .dropped && mayClaim && dropsAgain(ordinal, endpoint):
            emit(ordinal, .claimed(endpoint), &decision)
            deferOrFail(ordinal, endpoint, fault.reason, now, &decision)
        case .notSent(let fault):
            giveBack(ordinal)
            self.fault(endpoint, generation, fault, now, &decision)
        case .failed, .deferred, .throttled:
            guard mayClaim else { return giveBack(ordinal) }
            emit(ordinal, .claimed(endpoint), &decision)
            settle(ordinal, endpoint, generation, outcome, now, &decision)
        case .sent, .inDoubt:
            // An endpoint that shows what was not claimed breaks its contract; what it did is logged all the same.
            emit(ordinal, .claimed(endpoint), &decision)
            settle(ordinal, endpoint, generation, outcome, now, &decision)
        }
    }

    private mutating func settle(
        _ ordinal: Ordinal, _ endpoint: EndpointIndex, _ generation: UInt32, _ outcome: DeliveryOutcome,
        _ now: Timestamp, _ decision: inout Decision
    ) {
        switch outcome {
        case .sent(let reply):
            emit(ordinal, .sent(endpoint, reply: reply), &decision)
            refusalsInRow = 0
            answered(endpoint, generation, now, &decision)
        case .deferred(let reply):
            deferOrFail(ordinal, endpoint, reply, now, &decision)
            answered(endpoint, generation, now, &decision)
        case .throttled(let reply):
            deferOrFail(ordinal, endpoint, reply, now, &decision)
            answered(endpoint, generation, isComplaint: true, now, &decision)
        case .failed(let kind, let reply):
            emit(ordinal, .failed(endpoint, kind, reply: reply), &decision)
            if kind != .rendering { answered(endpoint, generation, now, &decision) }
            if kind == .message || kind == .policy { refused(kind, reply, now, &decision) }
        case .notSent(let fault) where fault.severity == .dropped && dropsAgain(ordinal, endpoint):
            deferOrFail(ordinal, endpoint, fault.reason, now, &decision)
        case .notSent(let fault):
            emit(ordinal, .released(endpoint, reason: fault.reason), &decision)
            giveBack(ordinal)
            self.fault(endpoint, generation, fault, now, &decision)
        #if CAMPAIGN_MUTANTS
        case .inDoubt(let fault) where Mutant.doubtNotNamed.isPlanted:
            emit(ordinal, .released(endpoint, reason: fault.reason), &decision)
            giveBack(ordinal)
        #endif
        case .inDoubt(let fault):
            doubt(ordinal, endpoint, fault.reason, now, &decision)
            self.fault(endpoint, generation, fault, now, &decision)
        }
    }

    /// Whether this message has now cost so many connections that it is to blame, not they: one message that a server
    /// hangs up on must not be tried for ever, nor take the endpoint and the whole job down with it.
    ///
    /// What is lost while the endpoint is paused is lost to the trouble that it is paused for.
    private mutating func dropsAgain(_ ordinal: Ordinal, _ endpoint: EndpointIndex) -> Bool {
        let status = lanes[Int(endpoint)]?.status
        guard status == .active || status == .trial else { return false }
        let count = min((drops[ordinal] ?? 0) + 1, Self.dropsMax)
        drops[ordinal] = count
        return count >= Self.dropsMax
    }

    private mutating func deferOrFail(
        _ ordinal: Ordinal, _ endpoint: EndpointIndex, _ reply: String, _ now: Timestamp, _ decision: inout Decision
    ) {
        let attempt = state.recipients.attempts(ordinal) + 1
        guard attempt < UInt32(retry.attempts) else {
            emit(ordinal, .failed(endpoint, .attemptsExhausted, reply: reply), &decision)
            return
        }
        #if CAMPAIGN_MUTANTS
        if Mutant.attemptsNotCharged.isPlanted {
            emit(ordinal, .deferred(endpoint, attempt: attempt - 1, due: now, reply: reply), &decision)
            return deferred.insert(ordinal, due: now.milliseconds)
        }
        #endif
        let delay = retry.delayMilliseconds(afterAttempt: Int(attempt), salt: UInt64(ordinal) << 8)
        let due = now.advanced(byMilliseconds: delay)
        emit(ordinal, .deferred(endpoint, attempt: attempt, due: due, reply: reply), &decision)
        #if CAMPAIGN_MUTANTS
        if Mutant.deferredForgotten.isPlanted { return }
        #endif
        deferred.insert(ordinal, due: due.milliseconds)
    }

    private mutating func refused(_ kind: FailureKind, _ reply: String, _ now: Timestamp, _ decision: inout Decision) {
        refusalsInRow += 1
        guard refusalsInRow == Self.refusalsInRowMax, state.phase == .running else { return }
        let what = kind == .policy ? "the sender" : "the message"
        let reason = "\(Self.refusalsInRowMax) refusals of \(what) in a row; the last: \(reply)"
        emit(.jobPaused(reason: reason.clippedForLog), now, &decision)
    }

    /// The endpoint answered about a recipient: it works.
    private mutating func answered(
        _ endpoint: EndpointIndex, _ generation: UInt32, isComplaint: Bool = false, _ now: Timestamp,
        _ decision: inout Decision
    ) {
        lanes[Int(endpoint)]?.strikes = 0
        if isComplaint {
            let inFlight = lanes[Int(endpoint)]?.inFlight ?? 0
            lanes[Int(endpoint)]?.window.complained(inFlight: inFlight)
        } else {
            lanes[Int(endpoint)]?.window.answered()
        }
        guard lanes[Int(endpoint)]?.status == .trial, generation == lanes[Int(endpoint)]?.generation else { return }
        lanes[Int(endpoint)]?.status = .active
        emit(.endpointRecovered(endpoint), now, &decision)
    }

    /// Trouble of the endpoint itself.
    private mutating func fault(
        _ endpoint: EndpointIndex, _ generation: UInt32, _ fault: EndpointFault, _ now: Timestamp,
        _ decision: inout Decision
    ) {
        guard var lane = lanes[Int(endpoint)], generation == lane.generation else { return }
        switch lane.status {
        case .paused, .removed, .suspended: return
        case .active, .trial, .checking: break
        }
        if fault.severity == .dropped, lane.status == .active {
            // One lost connection says little; as many as there are lanes, with nothing answered between, say enough.
            lane.strikes += 1
            lane.window.complained(inFlight: lane.inFlight)
            lanes[Int(endpoint)] = lane
            guard lane.strikes > lane.setup.capacity else { return }
        }
        lane.strikes = 0
        lane.window.restart()
        lane.generation &+= 1
        let reason = fault.reason.clippedForLog
        let attempt = state.endpoints[Int(endpoint)].attempt + 1
        let retries = lane.setup.policy.retries
        emit(
            .endpointFailed(endpoint, attempt: attempt, retries: UInt32(clamping: retries), reason: reason), now,
            &decision)
        if fault.severity == .hopeless || attempt > retries {
            lane.status = .removed
            emit(.endpointRemoved(endpoint, reason: reason), now, &decision)
        } else {
            let delay = lane.setup.policy.delays.delayMilliseconds(
                afterAttempt: Int(attempt), salt: UInt64(endpoint) << 32)
            let until = now.advanced(byMilliseconds: delay)
            lane.status = .paused(until: until.milliseconds)
            emit(.endpointPaused(endpoint, until: until), now, &decision)
        }
        lanes[Int(endpoint)] = lane
    }

    /// The answer to `check`: reachable, or the fault.
    package mutating func checked(
        _ endpoint: EndpointIndex, _ fault: EndpointFault?, now: Timestamp, _ decision: inout Decision
    ) {
        // A check may outlive the run: its answer is no event of a job that has ended.
        guard mode != .finished, Int(endpoint) < lanes.count, let lane = lanes[Int(endpoint)], lane.status == .checking
        else { return }
        if let fault {
            self.fault(endpoint, lane.generation, fault, now, &decision)
        } else {
            catchUp(endpoint)
            lanes[Int(endpoint)]?.status = .trial
        }
    }

    /// The messages are durable at the endpoint: now they may be claimed. A second answer for the same message is ignored,
    /// here and in the two below.
    package mutating func prepared(
        _ endpoint: EndpointIndex, _ ordinals: [Ordinal], now: Timestamp, _ decision: inout Decision
    ) {
        let taken = takePrepared(endpoint, ordinals)
        if taken.count < ordinals.count { discardUnknown(endpoint, ordinals, taken, &decision) }
        guard !taken.isEmpty, let lane = lanes[Int(endpoint)] else { return }
        // Also while the endpoint is paused: the trouble is another connection's, and giving up what a server waits for would
        // cost this one as well.
        guard mode == .running, state.phase == .running, lane.mayClaim else {
            returnUnclaimed(endpoint, taken, now)
            decision.actions.append(.discard(endpoint, taken))
            return
        }
        claim(endpoint, lane, taken, &decision)
    }

    /// The messages could not be prepared: nothing was claimed, so nothing needs an event but the endpoint's trouble.
    package mutating func unprepared(
        _ endpoint: EndpointIndex, _ ordinals: [Ordinal], _ fault: EndpointFault?, now: Timestamp,
        _ decision: inout Decision
    ) {
        let ordinals = takePrepared(endpoint, ordinals)
        guard !ordinals.isEmpty, let lane = lanes[Int(endpoint)] else { return }
        returnUnclaimed(endpoint, ordinals, now)
        if let fault { self.fault(endpoint, lane.generation, fault, now, &decision) }
    }

    /// A message could not be rendered while it was prepared: claimed and failed in one, since every outcome follows a claim.
    package mutating func unrenderable(
        _ endpoint: EndpointIndex, _ ordinal: Ordinal, reason: String, now: Timestamp, _ decision: inout Decision
    ) {
        guard !takePrepared(endpoint, [ordinal]).isEmpty, let lane = lanes[Int(endpoint)] else { return }
        guard mode == .running, state.phase == .running, lane.mayClaim else {
            // Nothing is claimed any more, not even to say that it cannot be sent: the next run finds out again.
            returnUnclaimed(endpoint, [ordinal], now)
            return
        }
        lanes[Int(endpoint)]?.inFlight -= 1
        handouts[ordinal] = nil
        gate?.left(ordinal, now: now)
        emit(ordinal, .claimed(endpoint), &decision)
        emit(ordinal, .failed(endpoint, .rendering, reply: reason), &decision)
    }

    /// Those of the messages that this endpoint was asked to prepare and has not answered yet.
    private mutating func takePrepared(_ endpoint: EndpointIndex, _ ordinals: [Ordinal]) -> [Ordinal] {
        ordinals.filter { takePrepared(endpoint, $0) }
    }

    private mutating func takePrepared(_ endpoint: EndpointIndex, _ ordinal: Ordinal) -> Bool {
        guard !preparing.isEmpty, preparing[ordinal] == endpoint else { return false }
        preparing[ordinal] = nil
        return true
    }

    /// Prepared without being asked for, or no longer: the endpoint must not wait for a claim that never comes. One that is
    /// claimed there is not unknown, its endpoint only says so twice.
    private func discardUnknown(
        _ endpoint: EndpointIndex, _ ordinals: [Ordinal], _ taken: [Ordinal], _ decision: inout Decision
    ) {
        guard Int(endpoint) < lanes.count, lanes[Int(endpoint)] != nil else { return }
        let known = Set(taken)
        let unknown = ordinals.filter { ordinal in
            guard !known.contains(ordinal) else { return false }
            return !(state.phase(of: ordinal) == .claimed && state.recipients.endpoint(ordinal) == endpoint)
        }
        if !unknown.isEmpty { decision.actions.append(.discard(endpoint, unknown)) }
    }

    private mutating func returnUnclaimed(_ endpoint: EndpointIndex, _ ordinals: [Ordinal], _ now: Timestamp) {
        lanes[Int(endpoint)]?.inFlight -= ordinals.count
        for ordinal in ordinals {
            handouts[ordinal] = nil
            gate?.left(ordinal, now: now)
            giveBack(ordinal)
        }
    }

    /// The answer to `probe`, for all of its ordinals in their order: about claims that a crash has left, or doubts.
    package mutating func probed(
        _ endpoint: EndpointIndex, _ verdicts: [(ordinal: Ordinal, verdict: ProbeVerdict)], now: Timestamp,
        _ decision: inout Decision
    ) {
        for (ordinal, verdict) in verdicts {
            guard probing > 0, state.phase(of: ordinal) == .claimed else {
                learnt(ordinal, endpoint, verdict, now, &decision)
                continue
            }
            guard state.recipients.endpoint(ordinal) == endpoint else { continue }
            probing -= 1
            let text =
                switch verdict {
                case .accepted: "found accepted after a crash"
                case .notAccepted: "found not accepted after a crash"
                case .unknown: evidence[ordinal]?.text ?? Self.endedWithClaim
                }
            settle(ordinal, endpoint, ClaimEvidence(verdict, text), now, &decision)
        }
    }
}
