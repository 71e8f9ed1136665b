#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// Decides what a job does next. Pure: inputs and times go in, events and actions come out; nothing else is seen or touched.
///
/// The state is advanced together with the events written into the ``Decision``. A driver makes the events durable and only
/// then carries out the actions; if the events cannot be made durable the machine is thrown away and folded anew.
package struct JobMachine: Sendable {
    package internal(set) var state: JobState

    /// Lanes by the endpoint's index in the state; nil for endpoints that this run does not use.
    var lanes: [EndpointLane?] = []
    /// The next recipient that was never tried in this run.
    var cursor: Ordinal = 0
    /// Given back unsent, in order; taken before new ones.
    var returned: [Ordinal] = []
    var returnedHead = 0
    var deferred = DueQueue<Ordinal>()
    var pacer: Pacer
    /// Being prepared, and where: a second answer for one is about nothing.
    var preparing: [Ordinal: EndpointIndex] = [:]
    /// Of each recipient in hand, which handing-out of it this is: what an endpoint says of an earlier one is about nothing.
    var handouts: [Ordinal: UInt32] = [:]
    private var handoutsMade: UInt32 = 0
    /// Claims left over by a crash whose endpoint has been asked.
    var probing = 0
    /// The endpoint that is offered work first; moves on, so that none is preferred.
    var turn = 0
    var mode = Mode.idle
    /// Refusals of the message or the sender since something was accepted.
    var refusalsInRow = 0
    var setups: [EndpointSetup] = []
    /// Limits by mail domain; nil without any.
    var gate: DestinationGate?
    /// Given by the driver before the start, where there are such limits.
    package var destinations: (any DestinationLookup)?
    /// What is known of a crash's claims, by recipient; given by the driver before the start. Never iterated.
    package var evidence: [Ordinal: ClaimEvidence] = [:]

    enum Mode: Hashable, Sendable {
        case idle, running, draining, finished
    }

    /// Doubts that are asked about again, by the time for it; and how far each has come. Never iterated where order matters.
    var asks = DueQueue<Ordinal>()
    var inquiries: [Ordinal: Inquiry] = [:]

    /// Connections lost with a message before it was handed over; only of messages that lost one.
    var drops: [Ordinal: Int] = [:]

    /// From this many connections lost with one message on, each charges it an attempt and is not held against the endpoint.
    package static let dropsMax = 3
    /// This many refusals of the message or the sender, with nothing accepted between, pause the job before it burns the list.
    package static let refusalsInRowMax = 50

    let inDoubtPolicy: InDoubtPolicy
    let retry: RetryPolicy
    private let newDestinationLimits: DestinationLimits?

    package init(_ state: JobState, _ options: RunOptions = RunOptions()) {
        self.state = state
        pacer = Pacer(ratePerHour: options.ratePerHour ?? state.terms.ratePerHour)
        inDoubtPolicy = options.inDoubt ?? state.terms.inDoubt
        retry = options.retry ?? state.terms.retry
        newDestinationLimits = options.destinations
    }

    /// The limits by mail domain that this run keeps.
    package var destinationLimits: DestinationLimits { newDestinationLimits ?? state.destinationLimits }

    mutating func handOut(_ ordinals: [Ordinal]) {
        handoutsMade = handoutsMade == .max ? 1 : handoutsMade + 1
        for ordinal in ordinals { handouts[ordinal] = handoutsMade }
    }

    /// Claims and preparations without outcome.
    package var inFlight: Int { lanes.reduce(probing) { $0 + ($1?.inFlight ?? 0) } }

    /// Recipients that wait for anything: the work-queue length. Zero when the work is done.
    package var workQueueLength: Int { Int(state.tally.open) }

    package var isFinished: Bool { mode == .finished }

    // MARK: Starting and stopping

    /// Begins a run. A paused job waits for `unpause`; a completed one finishes at once.
    package mutating func start(_ setups: [EndpointSetup], now: Timestamp, _ decision: inout Decision) {
        precondition(mode == .idle, "a machine runs once")
        self.setups = setups
        if state.phase == .completed, !(inDoubtPolicy == .resend && hasResendable) {
            mode = .finished
            decision.actions.append(.finished(.completed))
        } else if state.phase == .aborted, !state.abortIsRecoverable {
            mode = .draining
            recoverClaimsOnly(now, &decision)
            advance(now: now, &decision)
        } else {
            mode = .running
            if state.phase != .paused { begin(now, &decision) }
        }
    }

    /// Whether a completed job holds doubts that this run's policy sends again.
    private var hasResendable: Bool {
        state.tally.inDoubt > 0
            && state.ordinals(in: .inDoubt).contains { state.recipients.attempts($0) + 1 < UInt32(retry.attempts) }
    }

    private mutating func begin(_ now: Timestamp, _ decision: inout Decision) {
        // A completed job is opened again by its doubts before it can be started.
        if state.phase == .completed {
            for ordinal in state.recipients.ordinals(in: .inDoubt) { resendIfWanted(ordinal, &decision) }
        }
        let names = setups.map(\.name)
        emit(.jobStarted(endpoints: names), now, &decision)
        if destinationLimits != state.destinationLimits {
            emit(.destinationsLimited(destinationLimits), now, &decision)
        }
        if !destinationLimits.isEmpty, let destinations { gate = DestinationGate(destinations) }
        lanes = [EndpointLane?](repeating: nil, count: state.endpoints.count)
        for (setup, position) in zip(setups, state.runEndpoints) {
            let index = Int(position)
            lanes[index] = EndpointLane(setup, state.endpoints[index].limits)
            switch state.endpoints[index].standing {
            case .suspended: lanes[index]?.status = .suspended
            case .withdrawn: lanes[index]?.status = .removed
            case .active, .paused, .removed: break
            }
            #if CAMPAIGN_MUTANTS
            if Mutant.endpointStaysRemoved.isPlanted, state.endpoints[index].standing == .removed {
                lanes[index]?.status = .removed
                continue
            }
            #endif
            if state.endpoints[index].standing == .removed {
                emit(.endpointRestored(EndpointIndex(index)), now, &decision)
            }
        }
        for ordinal in state.due.keys.sorted() { deferred.insert(ordinal, due: state.due[ordinal] ?? 0) }
        #if CAMPAIGN_MUTANTS
        if Mutant.retryQueueNotMerged.isPlanted { deferred = DueQueue() }
        if Mutant.cursorInsteadOfSet.isPlanted { cursor = Ordinal(state.tally.settled) }
        #endif
        takeUpDoubts(now, &decision)
        recoverClaims(now, &decision)
    }

    /// For a job that was aborted for good with claims still open: nothing is sent any more, but no doubt stays unnamed.
    private mutating func recoverClaimsOnly(_ now: Timestamp, _ decision: inout Decision) {
        lanes = [EndpointLane?](repeating: nil, count: state.endpoints.count)
        for setup in setups {
            let identity = EndpointState.identity(setup.name)
            let known = state.endpoints.firstIndex { EndpointState.identity($0.name) == identity }
            if let known { lanes[known] = EndpointLane(setup) }
        }
        recoverClaims(now, &decision)
    }

    /// Claims without outcome are a crash's: their endpoint is asked, and doubt is named where it cannot tell.
    private mutating func recoverClaims(_ now: Timestamp, _ decision: inout Decision) {
        guard state.tally.claimed > 0 else { return }
        #if CAMPAIGN_MUTANTS
        if Mutant.claimsForgotten.isPlanted {
            for ordinal in state.recipients.ordinals(in: .claimed) {
                emit(ordinal, .released(state.recipients.endpoint(ordinal), reason: "forgotten"), &decision)
                giveBack(ordinal)
            }
            return
        }
        #endif
        var byEndpoint = [[Ordinal]](repeating: [], count: endpointsMax + 1)
        for ordinal in state.recipients.ordinals(in: .claimed) {
            let endpoint = state.recipients.endpoint(ordinal)
            if let known = evidence[ordinal], known.verdict != .unknown {
                settle(ordinal, endpoint, known, now, &decision)
            } else {
                byEndpoint[Int(endpoint)].append(ordinal)
            }
        }
        for (index, ordinals) in byEndpoint.enumerated() where !ordinals.isEmpty {
            if index < lanes.count, lanes[index] != nil {
                probing += ordinals.count
                decision.actions.append(.probe(EndpointIndex(index), ordinals))
            } else {
                for ordinal in ordinals {
                    let what = evidence[ordinal]?.text ?? Self.endedWithClaim
                    doubt(
                        ordinal, EndpointIndex(index), "\(what), and the endpoint is no longer configured", now,
                        &decision)
                }
            }
        }
    }

    static let endedWithClaim = "the engine ended between claim and outcome"

    /// Stops claiming; what is under way may finish. Ends with `finished(.stopped)`.
    package mutating func stop(now: Timestamp, _ decision: inout Decision) {
        #if CAMPAIGN_MUTANTS
        if Mutant.stopGoesOn.isPlanted { return }
        #endif
        if mode == .running { mode = .draining }
        advance(now: now, &decision)
    }

    // MARK: Control

    package mutating func pause(reason: String, now: Timestamp, _ decision: inout Decision) {
        guard state.phase == .running || state.phase == .created else { return }
        emit(.jobPaused(reason: reason.clippedForLog), now, &decision)
    }

    package mutating func unpause(now: Timestamp, _ decision: inout Decision) {
        guard state.phase == .paused else { return }
        emit(.jobResumed, now, &decision)
        refusalsInRow = 0
        if mode == .running, lanes.isEmpty { begin(now, &decision) }
        advance(now: now, &decision)
    }

    /// Ends the job for good. Recipients under way still get their outcome.
    package mutating func abort(reason: String, now: Timestamp, _ decision: inout Decision) {
        guard state.phase != .completed, !(state.phase == .aborted && !state.abortIsRecoverable) else { return }
        #if CAMPAIGN_MUTANTS
        if Mutant.abortIsRecoverable.isPlanted {
            emit(.jobAborted(reason: reason.clippedForLog, recoverable: true), now, &decision)
            return advance(now: now, &decision)
        }
        #endif
        emit(.jobAborted(reason: reason.clippedForLog, recoverable: false), now, &decision)
        // A run that began paused has not looked at a crash's claims yet.
        if mode == .running, lanes.isEmpty { recoverClaimsOnly(now, &decision) }
        advance(now: now, &decision)
    }

    // MARK: Writing events

    mutating func emit(_ event: Event, _ now: Timestamp, _ decision: inout Decision) {
        decision.events.append(event)
        do {
            try state.evolve(event, time: now, at: state.sequence)
        } catch {
            preconditionFailure("the machine decided what the fold refuses: \(error)")
        }
    }

    mutating func emit(_ ordinal: Ordinal, _ change: RecipientChange, _ decision: inout Decision) {
        decision.events.append(ordinal, change)
        do {
            try state.evolve(PackedEvent(ordinal, change), at: state.sequence)
        } catch {
            preconditionFailure("the machine decided what the fold refuses: \(error)")
        }
    }

    /// Told by the driver once the events are durable: the sequence of the job's last one, and the epoch it was written in.
    package mutating func committed(through sequence: EventSequence, epoch: UInt64) {
        state.sequence = sequence
        state.epoch = epoch
    }

    mutating func giveBack(_ ordinal: Ordinal) {
        #if CAMPAIGN_MUTANTS
        if Mutant.releasedForgotten.isPlanted { return }
        if Mutant.releasedQueuedTwice.isPlanted { returned.append(ordinal) }
        #endif
        // The cursor will come to it by itself; queueing it too would claim it twice.
        if ordinal >= cursor, state.phase(of: ordinal) == .pending { return }
        if returnedHead > 1024, returnedHead * 2 > returned.count {
            returned.removeFirst(returnedHead)
            returnedHead = 0
        }
        returned.append(ordinal)
    }
}

extension PackedEvent {
    /// The packed form of a change, as the cursor would read it.
    package init(_ ordinal: Ordinal, _ change: RecipientChange) {
        self.init(kind: change.kind, ordinal: ordinal)
        switch change {
        case .claimed(let endpoint), .sent(let endpoint, _), .released(let endpoint, _), .inDoubt(let endpoint, _):
            self.endpoint = endpoint
        case .failed(let endpoint, let kind, _):
            self.endpoint = endpoint
            code = kind.rawValue
        case .deferred(let endpoint, let attempt, let due, _):
            self.endpoint = endpoint
            self.attempt = attempt
            self.due = due.milliseconds
        case .skipped(let reason, _): code = reason.rawValue
        case .inDoubtResolved(let verdict, _): code = verdict.rawValue
        }
    }
}
