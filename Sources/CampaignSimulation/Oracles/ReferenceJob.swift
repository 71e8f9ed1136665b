import CampaignDomain

/// What a job's log means, told again as simply as possible: the fold's rival. Knows the events, and no code of the fold.
struct ReferenceJob {
    enum Standing: String, CaseIterable {
        case pending, claimed, sent, failed, skipped, inDoubt, deferred

        fileprivate var position: Int {
            switch self {
            case .pending: 0
            case .claimed: 1
            case .sent: 2
            case .failed: 3
            case .skipped: 4
            case .inDoubt: 5
            case .deferred: 6
            }
        }

        /// What the engine calls it.
        fileprivate var phase: RecipientPhase {
            switch self {
            case .pending: .pending
            case .claimed: .claimed
            case .sent: .sent
            case .failed: .failed
            case .skipped: .skipped
            case .inDoubt: .inDoubt
            case .deferred: .deferred
            }
        }
    }

    struct Recipient {
        fileprivate(set) var standing = Standing.pending
        var attempts: UInt32 = 0
        var endpoint: EndpointIndex?
        var due: Int64?
        /// How often someone decided to send it again although it may have arrived.
        var resends = 0
        /// The number of its newest doubt among the job's.
        var doubt: UInt32 = 0
    }

    var terms: JobTerms?
    private(set) var recipients: [Recipient] = []
    private var counts = [UInt32](repeating: 0, count: Standing.allCases.count)
    var endpoints: [String] = []
    /// Claims without outcome, by endpoint.
    var openClaims: [Int] = []
    var lastSequence: EventSequence = 0
    var phase = "created"
    /// Endpoints that a person has paused or taken out, in the order of their names in ``endpoints``.
    var heldEndpoints: [String] { endpoints.indices.filter { held.contains($0) }.map { endpoints[$0] } }
    private var held: Set<Int> = []
    var hasStarted = false
    /// It has been complete: an abort that comes then does nothing, even if a doubt opens the job again.
    var wasCompleted = false
    var doubtsNamed: UInt32 = 0

    /// Applies one event; returns what is wrong with it.
    mutating func apply(_ event: Event, at sequence: EventSequence) -> String? {
        lastSequence = sequence
        switch event {
        case .jobCreated(let terms): self.terms = terms
        case .recipientsImported(let total, _):
            recipients = Array(repeating: Recipient(), count: Int(total))
            counts = counts.map { _ in 0 }
            counts[Standing.pending.position] = total
        case .jobStarted(let names):
            for name in names where !endpoints.contains(name) {
                endpoints.append(name)
                openClaims.append(0)
            }
            hasStarted = true
            phase = "running"
        case .jobPaused: phase = "paused"
        case .jobResumed: phase = hasStarted ? "running" : "created"
        case .jobAborted(_, let recoverable): phase = recoverable ? "aborted recoverably" : "aborted"
        case .jobCompleted:
            let open = count(.pending) + count(.claimed) + count(.deferred)
            phase = "completed"
            wasCompleted = true
            if open > 0 { return "the job is completed with \(open) recipients open" }
        case .endpointSuspended(let endpoint, _), .endpointWithdrawn(let endpoint, _): held.insert(Int(endpoint))
        case .endpointRestored(let endpoint): held.remove(Int(endpoint))
        case .recipient(let ordinal, let change):
            guard Int(ordinal) < recipients.count else { return "there is no recipient \(ordinal)" }
            return apply(change, to: Int(ordinal))
        default: break
        }
        return nil
    }

    private mutating func apply(_ change: RecipientChange, to index: Int) -> String? {
        let before = recipients[index].standing
        var allowed: [Standing] = [.claimed]
        switch change {
        case .skipped:
            allowed = [.pending]
            set(index, .skipped)
        case .claimed(let endpoint):
            allowed = [.pending, .deferred]
            set(index, .claimed)
            recipients[index].endpoint = endpoint
            recipients[index].due = nil
            if phase != "running" { return "recipient \(index) is claimed while the job is \(phase)" }
            guard Int(endpoint) < endpoints.count else { return "recipient \(index) is claimed by no endpoint" }
            if held.contains(Int(endpoint)) {
                return "recipient \(index) is claimed by an endpoint that a person holds"
            }
            openClaims[Int(endpoint)] += 1
        case .sent(let endpoint, _): end(index, endpoint, .sent)
        case .failed(let endpoint, _, _): end(index, endpoint, .failed)
        case .deferred(let endpoint, let attempt, let due, _):
            end(index, endpoint, .deferred)
            recipients[index].attempts = attempt
            recipients[index].due = due.milliseconds
        case .released(let endpoint, _): end(index, endpoint, .pending)
        case .inDoubt(let endpoint, _):
            end(index, endpoint, .inDoubt)
            doubtsNamed += 1
            recipients[index].doubt = doubtsNamed
        case .inDoubtResolved(let verdict, _):
            allowed = [.inDoubt]
            set(index, verdict == .sent ? .sent : .pending)
            if verdict == .resend {
                recipients[index].attempts += 1
                recipients[index].resends += 1
            }
            if phase == "completed", verdict != .sent { phase = "running" }
        }
        return allowed.contains(before) ? nil : "recipient \(index) was \(before.rawValue) before \(change)"
    }

    private mutating func end(_ index: Int, _ endpoint: EndpointIndex, _ standing: Standing) {
        if recipients[index].standing == .claimed, Int(endpoint) < openClaims.count { openClaims[Int(endpoint)] -= 1 }
        set(index, standing)
    }

    private mutating func set(_ index: Int, _ standing: Standing) {
        counts[recipients[index].standing.position] -= 1
        counts[standing.position] += 1
        recipients[index].standing = standing
    }

    func count(_ standing: Standing) -> UInt32 { counts[standing.position] }

    /// What differs from a state that was folded by the engine.
    func difference(from state: JobState) -> String? {
        guard state.recipients.count == recipients.count else { return "the number of recipients" }
        for (index, recipient) in recipients.enumerated() {
            let ordinal = Ordinal(index)
            guard state.phase(of: ordinal) == recipient.standing.phase else {
                return "recipient \(index) is \(recipient.standing.rawValue) in the log, "
                    + "the engine has \(state.phase(of: ordinal).map { "\($0)" } ?? "nothing")"
            }
            guard state.attempts(of: ordinal) == min(recipient.attempts, 31) else { return "attempts of \(index)" }
            guard state.dueTime(of: ordinal)?.milliseconds == recipient.due else { return "due time of \(index)" }
        }
        guard state.sequence == lastSequence else { return "the last event: \(state.sequence), not \(lastSequence)" }
        return difference(from: state.tally)
    }

    func difference(from tally: Tally) -> String? {
        let pairs: [(Standing, UInt32)] = [
            (.pending, tally.pending), (.claimed, tally.claimed), (.sent, tally.sent), (.failed, tally.failed),
            (.skipped, tally.skipped), (.inDoubt, tally.inDoubt), (.deferred, tally.deferred),
        ]
        for (standing, number) in pairs where count(standing) != number {
            return "\(number) are counted as \(standing.rawValue), there are \(count(standing))"
        }
        return nil
    }
}
