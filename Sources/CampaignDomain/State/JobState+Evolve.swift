#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// The fold. Each step takes one event and nothing else: no clock, no randomness, no unordered iteration.
extension JobState {
    /// Folds one recipient's event. An event that the recipient's phase does not allow is refused and changes nothing.
    @inline(__always)
    package mutating func evolve(_ event: PackedEvent, at sequence: EventSequence) throws(FoldError) {
        guard Int(event.ordinal) < recipients.count else {
            throw FoldError("\(event.kind.name) for recipient \(event.ordinal) of \(recipients.count)", at: sequence)
        }
        let phase = recipients.phase(event.ordinal)
        switch (event.kind, phase) {
        case (.recipientClaimed, .pending):
            tally.pending &-= 1
            tally.claimed &+= 1
            recipients.claim(event.ordinal, by: event.endpoint)
        case (.recipientSent, .claimed):
            tally.claimed &-= 1
            tally.sent &+= 1
            recipients.set(event.ordinal, .sent)
            if Int(event.endpoint) < endpoints.count { endpoints[Int(event.endpoint)].sent &+= 1 }
        default:
            try evolveRarely(event, phase, at: sequence)
        }
        self.sequence = sequence
    }

    @inline(never)
    private mutating func evolveRarely(
        _ event: PackedEvent, _ phase: RecipientPhase, at sequence: EventSequence
    ) throws(FoldError) {
        let ordinal = event.ordinal
        switch (event.kind, phase) {
        case (.recipientClaimed, .deferred):
            tally.deferred &-= 1
            tally.claimed &+= 1
            due[ordinal] = nil
            recipients.claim(ordinal, by: event.endpoint)
        case (.recipientFailed, .claimed):
            #if CAMPAIGN_MUTANTS
            if Mutant.failuresNotCounted.isPlanted {
                recipients.set(ordinal, .failed)
                tally.claimed &-= 1
                tally.skipped &+= 1
                return
            }
            #endif
            move(ordinal, from: phase, to: .failed)
        case (.recipientDeferred, .claimed):
            move(ordinal, from: phase, to: .deferred)
            recipients.set(ordinal, attempts: event.attempt)
            due[ordinal] = event.due
        case (.recipientReleased, .claimed):
            move(ordinal, from: phase, to: .pending)
        case (.recipientInDoubt, .claimed):
            move(ordinal, from: phase, to: .inDoubt)
            doubtsNamed &+= 1
            doubts[ordinal] = doubtsNamed
        case (.recipientSkipped, .pending):
            move(ordinal, from: phase, to: .skipped)
        case (.inDoubtResolved, .inDoubt):
            try resolve(event, at: sequence)
        default:
            throw FoldError("\(event.kind.name) for recipient \(ordinal), which is \(phase)", at: sequence)
        }
    }

    private mutating func resolve(_ event: PackedEvent, at sequence: EventSequence) throws(FoldError) {
        switch DoubtVerdict(rawValue: event.code) {
        case .sent:
            move(event.ordinal, from: .inDoubt, to: .sent)
            doubts[event.ordinal] = nil
            return
        case .notSent:
            move(event.ordinal, from: .inDoubt, to: .pending)
        case .resend:
            move(event.ordinal, from: .inDoubt, to: .pending)
            recipients.set(event.ordinal, attempts: recipients.attempts(event.ordinal) + 1)
        case nil:
            throw FoldError("unknown verdict \(event.code)", at: sequence)
        }
        doubts[event.ordinal] = nil
        if phase == .completed {
            // There is work again: the job is no longer complete.
            phase = .running
            finishedAt = nil
        }
    }

    private mutating func move(_ ordinal: Ordinal, from old: RecipientPhase, to new: RecipientPhase) {
        tally[old] &-= 1
        tally[new] &+= 1
        recipients.set(ordinal, new)
    }

    /// Folds an event of the job itself.
    package mutating func evolve(_ event: Event, time: Timestamp, at sequence: EventSequence) throws(FoldError) {
        switch event {
        case .recipientsImported(let total, let columns):
            guard !isImported else { throw FoldError("recipients imported twice", at: sequence) }
            guard total <= recipientsMax else { throw FoldError("\(total) recipients are too many", at: sequence) }
            self.columns = columns
            recipients = RecipientTable(count: Int(total))
            tally.pending = total
            isImported = true
        case .jobStarted(let names):
            try start(names, time, at: sequence)
        case .jobPaused(let reason):
            guard phase == .running || phase == .created else { throw refused("JobPaused", at: sequence) }
            phase = .paused
            pauseReason = reason
        case .jobResumed:
            guard phase == .paused else { throw refused("JobResumed", at: sequence) }
            phase = startedAt == nil ? .created : .running
            pauseReason = nil
        case .jobAborted(let reason, let recoverable):
            guard phase != .completed else { throw refused("JobAborted", at: sequence) }
            phase = .aborted
            abortReason = reason
            abortIsRecoverable = recoverable
            finishedAt = time
        case .jobCompleted(let final):
            try complete(final, time, at: sequence)
        case .endpointFailed(let index, let attempt, _, let reason):
            try withEndpoint(index, at: sequence) {
                $0.failures &+= 1
                $0.attempt = attempt
                $0.lastError = reason
            }
        case .endpointPaused(let index, let until):
            try withEndpoint(index, at: sequence) { $0.standing = .paused(until: until) }
        case .endpointRecovered(let index), .endpointRestored(let index):
            try withEndpoint(index, at: sequence) {
                $0.standing = .active
                $0.attempt = 0
            }
        case .endpointRemoved(let index, let reason):
            try withEndpoint(index, at: sequence) {
                $0.standing = .removed
                $0.lastError = reason
            }
        case .endpointSuspended(let index, let reason):
            try withEndpoint(index, at: sequence) {
                $0.standing = .suspended
                $0.lastError = reason
            }
        case .endpointWithdrawn(let index, let reason):
            try withEndpoint(index, at: sequence) {
                $0.standing = .withdrawn
                $0.lastError = reason
            }
        case .endpointLimited(let index, let limits):
            try withEndpoint(index, at: sequence) { $0.limits = limits }
        case .destinationsLimited(let limits): destinationLimits = limits
        case .recipient, .jobCreated, .engineStarted, .engineStopped, .journalAdopted, .storeRecovered:
            throw FoldError("\(event.typeName) inside a job's events", at: sequence)
        }
        self.sequence = sequence
    }

    private mutating func start(_ names: [String], _ time: Timestamp, at sequence: EventSequence) throws(FoldError) {
        guard isImported else { throw FoldError("JobStarted before its recipients were imported", at: sequence) }
        guard phase == .created || phase == .running || (phase == .aborted && abortIsRecoverable) else {
            throw refused("JobStarted", at: sequence)
        }
        var endpoints = endpoints
        var used: [EndpointIndex] = []
        for name in names {
            let identity = EndpointState.identity(name)
            if let known = endpoints.firstIndex(where: { EndpointState.identity($0.name) == identity }) {
                endpoints[known].name = name
                used.append(EndpointIndex(known))
            } else {
                guard endpoints.count < endpointsMax else { throw FoldError("too many endpoints", at: sequence) }
                used.append(EndpointIndex(endpoints.count))
                endpoints.append(EndpointState(name: name))
            }
        }
        // An endpoint that this run does not use is out of it; a new run begins without old trouble. What a person has decided
        // stays decided.
        for index in endpoints.indices where !endpoints[index].standing.isDecidedByPerson {
            if !used.contains(EndpointIndex(index)) {
                endpoints[index].standing = .removed
            } else if endpoints[index].standing != .removed {
                endpoints[index].standing = .active
                endpoints[index].attempt = 0
            }
        }
        self.endpoints = endpoints
        runEndpoints = used
        phase = .running
        abortReason = nil
        abortIsRecoverable = false
        finishedAt = nil
        if startedAt == nil { startedAt = time }
    }

    private mutating func complete(_ final: Tally, _ time: Timestamp, at sequence: EventSequence) throws(FoldError) {
        // Law 1. The counts in the event are a second opinion: they must be the fold's own.
        guard phase == .running, tally.open == 0, tally.settled == UInt32(recipients.count) else {
            throw refused("JobCompleted with \(tally.open) of \(recipients.count) recipients open", at: sequence)
        }
        guard final == tally else { throw FoldError("JobCompleted with other counts than the fold's", at: sequence) }
        phase = .completed
        finishedAt = time
    }

    private func refused(_ what: String, at sequence: EventSequence) -> FoldError {
        FoldError("\(what) while the job is \(phase)", at: sequence)
    }

    private mutating func withEndpoint(
        _ index: EndpointIndex, at sequence: EventSequence, _ change: (inout EndpointState) -> Void
    ) throws(FoldError) {
        guard Int(index) < endpoints.count else { throw FoldError("unknown endpoint \(index)", at: sequence) }
        change(&endpoints[Int(index)])
    }
}

extension Tally {
    package subscript(phase: RecipientPhase) -> UInt32 {
        get {
            switch phase {
            case .pending: pending
            case .claimed: claimed
            case .sent: sent
            case .failed: failed
            case .skipped: skipped
            case .inDoubt: inDoubt
            case .deferred: deferred
            }
        }
        set {
            switch phase {
            case .pending: pending = newValue
            case .claimed: claimed = newValue
            case .sent: sent = newValue
            case .failed: failed = newValue
            case .skipped: skipped = newValue
            case .inDoubt: inDoubt = newValue
            case .deferred: deferred = newValue
            }
        }
    }
}
