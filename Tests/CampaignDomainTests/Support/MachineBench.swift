import Testing

@testable import CampaignDomain

/// What one input made the machine say.
struct Answer: Equatable {
    var events: [Event]
    var actions: [Action]

    init(_ events: [Event] = [], _ actions: [Action] = []) {
        self.events = events
        self.actions = actions
    }
}

/// A machine with its log, driven by hand. Each input's events are committed at once, folded beside the machine and
/// compared: a transcript that passes has also shown that the live state is the log's, byte for byte.
struct MachineBench {
    var machine: JobMachine
    var log = SampleLog()
    var now: Int64 = 0
    private var shadow: JobState

    init(_ recipients: UInt32, _ terms: JobTerms = sampleTerms()) throws {
        log.startEngine()
        log.append([.jobCreated(terms), .recipientsImported(total: recipients, columns: ["email"])])
        shadow = try log.fold()
        machine = JobMachine(shadow)
    }

    var time: Timestamp { Timestamp(milliseconds: now) }
    var state: JobState { machine.state }

    @discardableResult
    mutating func input(
        _ body: (inout JobMachine, Timestamp, inout Decision) -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Answer {
        var decision = Decision()
        body(&machine, time, &decision)
        return commit(decision, sourceLocation: sourceLocation)
    }

    private mutating func commit(_ decision: Decision, sourceLocation: SourceLocation) -> Answer {
        guard !decision.events.isEmpty else { return Answer([], decision.actions) }
        log.append(decision.events, time: now)
        machine.committed(through: log.nextSequence - 1, epoch: log.epoch)
        do {
            let frame = log.frames[log.frames.count - 1]
            try shadow.fold(frame.payload, frame.context)
            #expect(machine.state.encoded() == shadow.encoded(), sourceLocation: sourceLocation)
            #expect(machine.state.tally.total == UInt32(machine.state.recipients.count), sourceLocation: sourceLocation)
            let events = try EventCursor.events(decision.events.bytes, count: decision.events.count)
            return Answer(events, decision.actions)
        } catch {
            Issue.record("the machine's events do not fold: \(error)", sourceLocation: sourceLocation)
            return Answer()
        }
    }

    /// The process dies: what is left is the log. The next machine is folded from it, in a new epoch.
    mutating func crash(_ options: RunOptions = RunOptions()) throws {
        log.startEngine(time: now)
        shadow = try log.fold()
        machine = JobMachine(shadow, options)
    }

    // Inputs, each followed by `advance` where a driver would.

    @discardableResult
    mutating func start(_ setups: [EndpointSetup], sourceLocation: SourceLocation = #_sourceLocation) -> Answer {
        input(
            {
                $0.start(setups, now: $1, &$2)
                $0.advance(now: $1, &$2)
            }, sourceLocation: sourceLocation)
    }

    @discardableResult
    mutating func advance(to now: Int64? = nil, sourceLocation: SourceLocation = #_sourceLocation) -> Answer {
        self.now = now ?? self.now
        return input({ $0.advance(now: $1, &$2) }, sourceLocation: sourceLocation)
    }

    @discardableResult
    mutating func outcome(
        _ ordinal: Ordinal, _ outcome: DeliveryOutcome, endpoint: EndpointIndex = 0, generation: UInt32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Answer {
        input(
            {
                $0.outcome(ordinal, endpoint, generation: generation, outcome, now: $1, &$2)
                $0.advance(now: $1, &$2)
            }, sourceLocation: sourceLocation)
    }

    @discardableResult
    mutating func checked(
        _ endpoint: EndpointIndex = 0, _ fault: EndpointFault? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Answer {
        input(
            {
                $0.checked(endpoint, fault, now: $1, &$2)
                $0.advance(now: $1, &$2)
            }, sourceLocation: sourceLocation)
    }

    @discardableResult
    mutating func probed(
        _ endpoint: EndpointIndex, _ verdicts: [(ordinal: Ordinal, verdict: ProbeVerdict)],
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Answer {
        input(
            {
                $0.probed(endpoint, verdicts, now: $1, &$2)
                $0.advance(now: $1, &$2)
            }, sourceLocation: sourceLocation)
    }

    @discardableResult
    mutating func prepared(
        _ endpoint: EndpointIndex, _ ordinals: [Ordinal], sourceLocation: SourceLocation = #_sourceLocation
    ) -> Answer {
        input(
            {
                $0.prepared(endpoint, ordinals, now: $1, &$2)
                $0.advance(now: $1, &$2)
            }, sourceLocation: sourceLocation)
    }

    var nextWake: Int64? { machine.nextWake(now: time)?.milliseconds }
}

func smtp(_ name: String = "a", capacity: Int = 1, retries: Int = 2, interval: Int64 = 1_000) -> EndpointSetup {
    EndpointSetup(
        name: name, capacity: capacity,
        policy: EndpointPolicy(retries: retries, intervalMilliseconds: interval, factor: 1))
}

func directory(_ name: String = "dir:outbox", capacity: Int = 2, retries: Int = 2) -> EndpointSetup {
    EndpointSetup(
        name: name, capacity: capacity, preparesBeforeClaim: true,
        policy: EndpointPolicy(retries: retries, intervalMilliseconds: 1_000, factor: 1))
}

extension EndpointFault {
    static let lost = EndpointFault(.dropped, "connection lost")
    static let down = EndpointFault(.unavailable, "connection refused")
    static let never = EndpointFault(.hopeless, "535 5.7.8 no")
}

extension DeliveryOutcome {
    static let ok = DeliveryOutcome.sent(reply: "250 ok")
    static let later = DeliveryOutcome.deferred(reply: "450 later")
}
