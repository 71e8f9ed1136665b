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
        askAgain(now, &decision)
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
        if hasShares {
            offerByShare(allowance, now, &decision)
        } else {
            for step in lanes.indices {
                let index = (turn + step) % lanes.count
                let room = min(room(index, now), allowance)
                guard room > 0 else { continue }
                let ordinals = take(room, now)
                guard !ordinals.isEmpty else { break }
                allowance -= ordinals.count
                give(ordinals, to: index, &decision)
            }
        }
        turn = (turn + 1) % lanes.count
    }

    private var hasShares: Bool { lanes.contains { $0?.weight != nil } }

    /// Messages that an endpoint may be given now.
    private mutating func room(_ index: Int, _ now: Timestamp) -> Int {
        guard let free = lanes[index]?.free, free > 0 else { return 0 }
        return min(free, lanes[index]?.pacer.allowance(now: now) ?? 0)
    }

    private mutating func give(_ ordinals: [Ordinal], to index: Int, _ decision: inout Decision) {
        pacer.consume(ordinals.count)
        lanes[index]?.inFlight += ordinals.count
        lanes[index]?.pacer.consume(ordinals.count)
        handOut(ordinals)
        guard let lane = lanes[index] else { return }
        if lane.setup.preparesBeforeClaim {
            for ordinal in ordinals { preparing[ordinal] = EndpointIndex(index) }
            decision.actions.append(.prepare(EndpointIndex(index), generation: lane.generation, ordinals))
        } else {
            claim(EndpointIndex(index), lane, ordinals, &decision)
        }
    }

    /// One by one, in proportion to the endpoints' weights: one that has had more than its share waits for the others, even
    /// where it has room. One in trouble is not waited for.
    private mutating func offerByShare(_ allowance: Int, _ now: Timestamp, _ decision: inout Decision) {
        var given = [[Ordinal]](repeating: [], count: lanes.count)
        var rooms = lanes.indices.map { room($0, now) }
        for _ in 0..<min(allowance, rooms.reduce(0, +)) {
            guard let index = nextByShare(rooms), let ordinal = take(1, now).first else { break }
            given[index].append(ordinal)
            rooms[index] -= 1
            lanes[index]?.countShare()
        }
        for index in lanes.indices where !given[index].isEmpty { give(given[index], to: index, &decision) }
    }

    private func nextByShare(_ rooms: [Int]) -> Int? {
        let shareMax = shareMax ?? 0
        var best: Int?
        for step in lanes.indices {
            let index = (turn + step) % lanes.count
            guard rooms[index] > 0, let lane = lanes[index] else { continue }
            // Without a weight: whatever it can take, after those that have one.
            guard lane.weight != nil else {
                best = best ?? index
                continue
            }
            guard lane.given < shareMax else { continue }
            guard let other = best, let rival = lanes[other], rival.weight != nil, rival.given <= lane.given else {
                best = index
                continue
            }
        }
        return best
    }

    /// Endpoints that were given as much wait for the others: one message of the smallest share is the grain. nil without
    /// weights.
    private var shareMax: UInt64? {
        guard hasShares else { return nil }
        var grain: UInt64 = 0
        for lane in lanes where lane?.weight != nil { grain = max(grain, lane?.step ?? 0) }
        return (leastGiven ?? 0) + grain
    }

    /// What an endpoint missed while it was away, or had no weight, is not made up for.
    mutating func catchUp(_ endpoint: EndpointIndex) {
        let least = leastGiven ?? 0
        let given = lanes[Int(endpoint)]?.given ?? 0
        lanes[Int(endpoint)]?.given = max(given, least)
    }

    /// What the endpoint that is furthest behind was given, of those that work and have a weight.
    private var leastGiven: UInt64? {
        var least: UInt64?
        for lane in lanes {
            guard let lane, lane.weight != nil, lane.status == .active || lane.status == .trial else { continue }
            least = min(least ?? lane.given, lane.given)
        }
        return least
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

    /// The next recipients: the due ones first, then those given back, then the list's next. Those whose mail domain has
    /// enough for now are passed over, and come before all others when it is their turn.
    private mutating func take(_ count: Int, _ now: Timestamp) -> [Ordinal] {
        guard gate != nil else { return takeUngated(count, now) }
        var taken: [Ordinal] = []
        while taken.count < count {
            if let ordinal = gate?.next(now: now) {
                taken.append(ordinal)
                continue
            }
            guard gate?.takesMore == true, let ordinal = takeUngated(1, now).first else { break }
            if gate?.admits(ordinal, now: now) == true { taken.append(ordinal) }
        }
        return taken
    }

    private mutating func takeUngated(_ count: Int, _ now: Timestamp) -> [Ordinal] {
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
            if isAsking, mode == .running { return }
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
        for lane in lanes {
            if case .paused(let until) = lane?.status { consider(until) }
        }
        if isAsking, let ask = asks.earliest { consider(ask) }
        if let pace = nextPace(now) {
            let takesMore = gate?.takesMore ?? true
            // Without a rate, what is ready was offered already: only a report helps.
            let hasReady = takesMore && (returnedHead < returned.count || cursor < Ordinal(state.recipients.count))
            if hasReady, let pace = pace.time { consider(pace) }
            if takesMore, let due = deferred.earliest { consider(max(due, pace.time ?? due)) }
            if let time = gate?.nextTime(now: now) { consider(max(time, pace.time ?? time)) }
        }
        return earliest.map { Timestamp(milliseconds: $0) }
    }

    private enum Pace {
        case now
        case at(Int64)

        var time: Int64? { if case .at(let time) = self { time } else { nil } }
    }

    /// When the job's rate and one of the endpoints with room let a message go; nil when none has room.
    private func nextPace(_ now: Timestamp) -> Pace? {
        var hasRoom = false
        var isFree = false
        var earliest: Int64?
        let shareMax = shareMax
        for lane in lanes where (lane?.free ?? 0) > 0 {
            // One that has had its share waits for the others, not for a time.
            if let shareMax, let lane, lane.weight != nil, lane.given >= shareMax { continue }
            hasRoom = true
            if let time = lane?.pacer.nextAllowed(now: now)?.milliseconds {
                earliest = min(earliest ?? time, time)
            } else {
                isFree = true
            }
        }
        guard hasRoom else { return nil }
        if isFree { earliest = nil }
        if let time = pacer.nextAllowed(now: now)?.milliseconds { earliest = max(earliest ?? time, time) }
        return earliest.map { .at($0) } ?? .now
    }
}
