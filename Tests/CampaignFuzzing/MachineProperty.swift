import CampaignDomain

/// Whatever a journal says and whatever endpoints answer, twice or unasked, the machine decides only what the fold takes.
///
/// The input is a choice, a state (a snapshot of so many bytes, or a small list), then one byte or two for each step.
enum MachineProperty {
    private static let job = JobID(1)

    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        var input = FuzzInput(input)
        let choice = input.byte()
        guard let state = try state(choice, &input) else { return }
        var drive = Drive(state, choice)
        try drive.start()
        for _ in 0..<200 where !input.isAtEnd { try drive.step(&input) }
    }

    private static func state(_ choice: UInt8, _ input: inout FuzzInput) throws(BrokenProperty) -> JobState? {
        if choice & 1 == 1 {
            let length = Int(input.byte()) << 8 | Int(input.byte())
            return try? unsafe JobState(encoded: input.bytes(length).span.bytes, countMax: 1000)
        }
        var encoder = EventEncoder()
        let retry = RetryPolicy(attempts: 2, firstMilliseconds: 10, factor: 1, capMilliseconds: 10)
        encoder.append(.jobCreated(JobTerms(key: "k", name: "n", retry: retry)))
        encoder.append(.recipientsImported(total: 12, columns: ["email"]))
        let context = FrameContext(
            job: job, firstSequence: 1, count: encoder.count, time: Timestamp(milliseconds: 0), epoch: 1)
        return try always("the first frame") { try unsafe JobState(firstFrame: encoder.bytes.span.bytes, context) }
    }
}

/// A machine, its shadow folded from what it wrote, and what it has asked for.
private struct Drive {
    private var machine: JobMachine
    private var shadow: JobState
    private var now: Int64 = 1_000_000
    private var setups: [EndpointSetup]
    /// Deliveries and preparations without answer, and those answered: to be answered again.
    private var delivered: [(endpoint: EndpointIndex, generation: UInt32, ordinal: Ordinal)] = []
    private var prepared: [(endpoint: EndpointIndex, ordinals: [Ordinal])] = []
    private var probes: [(endpoint: EndpointIndex, ordinals: [Ordinal])] = []

    init(_ state: JobState, _ choice: UInt8) {
        var options = RunOptions()
        if choice & 2 != 0 { options.inDoubt = .resend }
        machine = JobMachine(state, options)
        shadow = state
        let policy = EndpointPolicy(retries: 1, intervalMilliseconds: 5, factor: 1, capMilliseconds: 5)
        setups = [
            EndpointSetup(name: "a", capacity: 3, policy: policy),
            EndpointSetup(name: "b", capacity: 2, preparesBeforeClaim: choice & 4 != 0, policy: policy),
        ]
    }

    private var time: Timestamp { Timestamp(milliseconds: now) }

    mutating func start() throws(BrokenProperty) {
        guard machine.obstacle(to: setups) == nil else { return }
        try input { [setups] machine, now, decision in machine.start(setups, now: now, &decision) }
    }

    mutating func step(_ input: inout FuzzInput) throws(BrokenProperty) {
        let byte = input.byte()
        switch byte & 0x0F {
        case 0: now += Int64(input.byte())
        case 1...4: try answer(byte, input.byte())
        case 5: try settlePrepared(input.byte())
        case 6: try probe(input.byte())
        case 7:
            let fault = byte & 0x10 == 0 ? nil : EndpointFault(.unavailable, "x")
            try self.input { $0.checked(EndpointIndex(byte >> 5 & 1), fault, now: $1, &$2) }
        case 8: try self.input { $0.pause(reason: "p", now: $1, &$2) }
        case 9: try self.input { $0.unpause(now: $1, &$2) }
        case 10: if byte & 0xF0 == 0xF0 { try self.input { $0.abort(reason: "a", now: $1, &$2) } }
        case 11: if byte & 0xF0 == 0xF0 { try self.input { $0.stop(now: $1, &$2) } }
        case 12:
            let (ordinal, verdict) = (Ordinal(input.byte()), DoubtVerdict(rawValue: byte >> 4) ?? .sent)
            try self.input { _ = $0.resolve(ordinal, verdict, evidence: "e", now: $1, &$2) }
        case 13:
            // Unasked: about any recipient, from any endpoint.
            let (ordinal, endpoint) = (Ordinal(input.byte()), EndpointIndex(byte >> 4))
            try self.input {
                $0.outcome(ordinal, endpoint, generation: 0, Self.outcome(byte >> 5), now: $1, &$2)
            }
        default: try crash()
        }
    }

    private mutating func answer(_ byte: UInt8, _ which: UInt8) throws(BrokenProperty) {
        guard !delivered.isEmpty else { return }
        let delivery = delivered[Int(which) % delivered.count]
        // Some stay, and get a second answer.
        if which & 0x80 == 0 { delivered.remove(at: Int(which) % delivered.count) }
        try input {
            $0.outcome(
                delivery.ordinal, delivery.endpoint, generation: delivery.generation, Self.outcome(byte >> 4), now: $1,
                &$2)
        }
    }

    private mutating func settlePrepared(_ which: UInt8) throws(BrokenProperty) {
        guard !prepared.isEmpty else { return }
        let batch = prepared[Int(which & 7) % prepared.count]
        if which & 0x80 == 0 { prepared.remove(at: Int(which & 7) % prepared.count) }
        try input {
            switch which >> 3 & 3 {
            case 0, 1: $0.prepared(batch.endpoint, batch.ordinals, now: $1, &$2)
            case 2: $0.unprepared(batch.endpoint, batch.ordinals, EndpointFault(.unavailable, "x"), now: $1, &$2)
            default:
                for ordinal in batch.ordinals { $0.unrenderable(batch.endpoint, ordinal, reason: "r", now: $1, &$2) }
            }
        }
    }

    private mutating func probe(_ which: UInt8) throws(BrokenProperty) {
        guard !probes.isEmpty else { return }
        let probe = probes[Int(which & 7) % probes.count]
        if which & 0x80 == 0 { probes.remove(at: Int(which & 7) % probes.count) }
        let verdict = ProbeVerdict(rawValue: which >> 3 & 3) ?? .unknown
        try input { $0.probed(probe.endpoint, probe.ordinals.map { ($0, verdict) }, now: $1, &$2) }
    }

    /// The engine dies: what is left is the log. What its endpoints say later reaches the next machine.
    private mutating func crash() throws(BrokenProperty) {
        machine = JobMachine(shadow)
        try start()
    }

    private static func outcome(_ choice: UInt8) -> DeliveryOutcome {
        switch choice & 7 {
        case 0, 1: .sent(reply: "250")
        case 2: .deferred(reply: "450")
        case 3: .failed(.policy, reply: "550")
        case 4: .notSent(EndpointFault(.dropped, "lost"))
        case 5: .notSent(EndpointFault(.unavailable, "down"))
        case 6: .notSent(EndpointFault(.hopeless, "no"))
        default: .inDoubt(EndpointFault(.dropped, "lost after the dot"))
        }
    }

    private mutating func input(
        _ body: (inout JobMachine, Timestamp, inout Decision) -> Void
    ) throws(BrokenProperty) {
        var decision = Decision()
        body(&machine, time, &decision)
        machine.advance(now: time, &decision)
        try commit(decision)
        for action in decision.actions {
            switch action {
            case .deliver(let endpoint, let generation, let ordinals):
                for ordinal in ordinals { delivered.append((endpoint, generation, ordinal)) }
            case .prepare(let endpoint, _, let ordinals): prepared.append((endpoint, ordinals))
            case .probe(let endpoint, let ordinals): probes.append((endpoint, ordinals))
            case .check, .discard, .finished: break
            }
        }
    }

    private mutating func commit(_ decision: Decision) throws(BrokenProperty) {
        try require(machine.inFlight >= 0, "fewer than no deliveries are under way")
        guard !decision.events.isEmpty else { return }
        let sequence = shadow.sequence &+ 1
        let context = FrameContext(
            job: shadow.id, firstSequence: sequence, count: decision.events.count, time: time, epoch: shadow.epoch)
        try always("the machine's events do not fold") {
            try unsafe shadow.fold(decision.events.bytes.span.bytes, context)
        }
        machine.committed(through: sequence &+ UInt64(decision.events.count) &- 1, epoch: shadow.epoch)
        try require(machine.state.encoded() == shadow.encoded(), "the machine's state is not its log's")
        try FoldProperty.checkWhole(shadow)
    }
}
