import Testing

@testable import CampaignDomain

/// A driver, two endpoints and a person, all out of one seed. It keeps a ledger of what was really accepted, which the
/// machine never sees, and compares the machine's live state with the log's after every step.
struct MiniWorld {
    struct Delivery {
        var endpoint: EndpointIndex
        var generation: UInt32
        var ordinal: Ordinal
    }

    /// What a driver has under way. A crash loses all of it.
    enum Work {
        case delivery(Delivery)
        case prepare(EndpointIndex, UInt32, [Ordinal])
        case check(EndpointIndex)
        case probe(EndpointIndex, [Ordinal])
    }

    var random: SplitMix64
    var machine: JobMachine
    var shadow: JobState
    var log = SampleLog()
    var now: Int64 = 1_700_000_000_000
    var work: [Work] = []
    var ending: JobEnding?
    /// Messages accepted, by recipient: the truth.
    var accepted: [Int]
    /// Whether the delivery of the recipient's present claim was accepted: what a probe or a person finds out.
    var presentClaimAccepted: [Bool]
    var isFaulty = true
    var isAborted = false
    let setups: [EndpointSetup]
    let terms: JobTerms

    /// Things that happened, so that a test can show that it reached them.
    var crashes = 0
    var doubts = 0
    var aborts = 0

    init(seed: UInt64, inDoubt: InDoubtPolicy) throws {
        random = SplitMix64(seed: seed)
        let recipients = UInt32(random.below(30) + 1)
        terms = sampleTerms(
            attempts: 1 + random.below(5), inDoubt: inDoubt, ratePerHour: random.chance(30) ? 36_000 : 0)
        setups = [
            smtp("smtp://a", capacity: 1 + random.below(4), retries: random.below(4)),
            directory("dir:b", capacity: 1 + random.below(3), retries: random.below(3)),
        ]
        log.startEngine(time: now)
        log.append([.jobCreated(terms), .recipientsImported(total: recipients, columns: [])], time: now)
        shadow = try log.fold()
        machine = JobMachine(shadow)
        accepted = [Int](repeating: 0, count: Int(recipients))
        presentClaimAccepted = [Bool](repeating: false, count: Int(recipients))
        try input { $0.start($2, now: $1, &$3) }
    }

    // MARK: Driving

    /// Gives the machine an input, makes its events durable and takes up its actions; or crashes between the two.
    mutating func input(
        crashing: Bool = false, _ body: (inout JobMachine, Timestamp, [EndpointSetup], inout Decision) -> Void
    ) throws {
        var decision = Decision()
        let time = Timestamp(milliseconds: now)
        body(&machine, time, setups, &decision)
        machine.advance(now: time, &decision)
        if crashing { return try crash() }
        if !decision.events.isEmpty {
            log.append(decision.events, time: now)
            machine.committed(through: log.nextSequence - 1, epoch: log.epoch)
            let frame = log.frames[log.frames.count - 1]
            try shadow.fold(frame.payload, frame.context)
        }
        // Law 4 and R18, after every step.
        #expect(machine.state.encoded() == shadow.encoded())
        #expect(machine.state.tally.total == UInt32(accepted.count))
        if terms.inDoubt == .hold { #expect(accepted.allSatisfy { $0 <= 1 }) }
        for action in decision.actions { take(action) }
        if ending != nil { try expectOver() }
    }

    /// At the end nothing is under way but checks perhaps, and their answers are no events.
    private mutating func expectOver() throws {
        #expect(machine.inFlight == 0)
        var decision = Decision()
        for item in work {
            guard case .check(let endpoint) = item else {
                Issue.record("the run ended with \(item) under way")
                continue
            }
            machine.checked(endpoint, .never, now: Timestamp(milliseconds: now), &decision)
        }
        #expect(decision.events.isEmpty && decision.actions.isEmpty)
        work = []
    }

    private mutating func take(_ action: Action) {
        switch action {
        case .deliver(let endpoint, let generation, let ordinals):
            for ordinal in ordinals {
                presentClaimAccepted[Int(ordinal)] = false
                work.append(.delivery(Delivery(endpoint: endpoint, generation: generation, ordinal: ordinal)))
            }
        case .prepare(let endpoint, let generation, let ordinals): work.append(.prepare(endpoint, generation, ordinals))
        case .discard: break
        case .check(let endpoint): work.append(.check(endpoint))
        case .probe(let endpoint, let ordinals): work.append(.probe(endpoint, ordinals))
        case .finished(let ending): self.ending = ending
        }
    }

    /// The engine dies. Deliveries under way may have been accepted; the next engine folds the log from its start.
    mutating func crash() throws {
        crashes += 1
        for case .delivery(let delivery) in work where random.chance(40) { accept(delivery.ordinal) }
        try restart()
    }

    mutating func restart() throws {
        work = []
        ending = nil
        log.startEngine(time: now)
        shadow = try log.fold()
        // A run may hold what the job's terms send again; the run after it takes those doubts up.
        let holds = terms.inDoubt == .resend && isFaulty && random.chance(30)
        machine = JobMachine(shadow, RunOptions(inDoubt: holds ? .hold : nil))
        try input { $0.start($2, now: $1, &$3) }
    }

    private mutating func accept(_ ordinal: Ordinal) {
        guard !presentClaimAccepted[Int(ordinal)] else { return }
        accepted[Int(ordinal)] += 1
        presentClaimAccepted[Int(ordinal)] = true
    }

    // MARK: Steps

    mutating func step() throws {
        let crashing = isFaulty && random.chance(3)
        if ending != nil || (isFaulty && random.chance(2)) { return try crashOrRestart() }
        if isFaulty, random.chance(6) { return try control() }
        if work.isEmpty || random.chance(15) {
            if random.chance(50), let wake = machine.nextWake(now: Timestamp(milliseconds: now)) {
                now = max(now, wake.milliseconds)
            } else {
                now += Int64(random.below(200))
            }
            return try input(crashing: crashing) { _, _, _, _ in }
        }
        switch work.remove(at: random.below(work.count)) {
        case .delivery(let delivery): try finish(delivery, crashing)
        case .check(let endpoint):
            let fault = fault()
            try input(crashing: crashing) { $0.checked(endpoint, fault, now: $1, &$3) }
        case .prepare(let endpoint, let generation, let ordinals):
            try prepare(endpoint, generation, ordinals, crashing)
        case .probe(let endpoint, let ordinals):
            let verdicts = ordinals.map { (ordinal: $0, verdict: verdict($0)) }
            try input(crashing: crashing) { $0.probed(endpoint, verdicts, now: $1, &$3) }
        }
    }

    private mutating func crashOrRestart() throws {
        if ending == nil { return try crash() }
        try restart()
    }

    private mutating func finish(_ delivery: Delivery, _ crashing: Bool) throws {
        let outcome = outcome(delivery.ordinal)
        if case .inDoubt = outcome { doubts += 1 }
        let twice = random.chance(5)
        try input(crashing: crashing) { machine, time, _, decision in
            for _ in 0..<(twice ? 2 : 1) {
                machine.outcome(
                    delivery.ordinal, delivery.endpoint, generation: delivery.generation, outcome, now: time, &decision)
            }
        }
    }

    private mutating func outcome(_ ordinal: Ordinal) -> DeliveryOutcome {
        guard isFaulty, random.chance(45) else {
            accept(ordinal)
            return .ok
        }
        switch random.below(6) {
        case 0, 1: return .later
        case 2: return .failed(random.chance(50) ? .policy : .unknownAddress, reply: "550 \(random.below(9))")
        case 3: return .notSent(.lost)
        case 4: return .notSent(random.chance(5) ? .never : .down)
        default:
            if random.chance(50) { accept(ordinal) }
            return .inDoubt(.lost)
        }
    }

    private mutating func fault() -> EndpointFault? {
        guard isFaulty, random.chance(50) else { return nil }
        return random.chance(90) ? .down : .never
    }

    private mutating func prepare(
        _ endpoint: EndpointIndex, _ generation: UInt32, _ ordinals: [Ordinal], _ crashing: Bool
    ) throws {
        if isFaulty, random.chance(15), let refused = ordinals.first {
            // Refused before its claim, as a server does; the rest is prepared.
            let outcomes: [DeliveryOutcome] = [
                .later, .failed(.unknownAddress, reply: "550 no"), .notSent(.lost), .notSent(.down),
            ]
            let outcome = outcomes[random.below(outcomes.count)]
            return try input(crashing: crashing) { machine, time, _, decision in
                machine.outcome(refused, endpoint, generation: generation, outcome, now: time, &decision)
                let rest = Array(ordinals.dropFirst())
                if !rest.isEmpty { machine.prepared(endpoint, rest, now: time, &decision) }
            }
        }
        if isFaulty, random.chance(20) {
            let fault: EndpointFault? = random.chance(70) ? .down : nil
            return try input(crashing: crashing) { $0.unprepared(endpoint, ordinals, fault, now: $1, &$3) }
        }
        let broken = isFaulty && random.chance(10) ? ordinals.last : nil
        try input(crashing: crashing) { machine, time, _, decision in
            if let broken { machine.unrenderable(endpoint, broken, reason: "no field", now: time, &decision) }
            let rest = ordinals.filter { $0 != broken }
            if !rest.isEmpty { machine.prepared(endpoint, rest, now: time, &decision) }
        }
    }

    private mutating func verdict(_ ordinal: Ordinal) -> ProbeVerdict {
        if isFaulty, random.chance(30) {
            doubts += 1
            return .unknown
        }
        return presentClaimAccepted[Int(ordinal)] ? .accepted : .notAccepted
    }

    /// A person: pauses, goes on, stops, resolves doubts by what really happened, aborts once in a while.
    private mutating func control() throws {
        switch random.below(10) {
        case 0...2: try input { $0.pause(reason: "a person's", now: $1, &$3) }
        case 3...6: try input { $0.unpause(now: $1, &$3) }
        case 7: try input { $0.stop(now: $1, &$3) }
        case 8: try resolveOne()
        default:
            guard random.chance(20) else { return }
            isAborted = true
            aborts += 1
            try input { $0.abort(reason: "a person's", now: $1, &$3) }
        }
    }

    private mutating func resolveOne() throws {
        guard let ordinal = machine.state.ordinals(in: .inDoubt).first else { return }
        let verdict: DoubtVerdict = presentClaimAccepted[Int(ordinal)] ? .sent : .notSent
        try input { _ = $0.resolve(ordinal, verdict, evidence: "the server's log", now: $1, &$3) }
    }
}
