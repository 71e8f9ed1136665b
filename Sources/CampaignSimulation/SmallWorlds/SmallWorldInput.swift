import CampaignDomain

/// What an endpoint has under way. A crash loses all of it.
enum SmallWorldWork: Hashable, Sendable {
    case delivery(SmallWorldDelivery)
    case prepare(SmallWorldPreparation)
    case check(EndpointIndex)
    case probe(EndpointIndex, [Ordinal])
    /// A probe about doubts.
    case ask(EndpointIndex, [Ordinal])

    /// Recipients that wait for this.
    var ordinals: [Ordinal] {
        switch self {
        case .delivery(let delivery): [delivery.ordinal]
        case .prepare(let batch): batch.ordinals
        case .probe(_, let ordinals), .ask(_, let ordinals): ordinals
        case .check: []
        }
    }
}

struct SmallWorldPreparation: Hashable, Sendable {
    var endpoint: EndpointIndex
    var generation: UInt32
    var ordinals: [Ordinal]

    func without(_ ordinal: Ordinal) -> SmallWorldPreparation {
        var rest = self
        rest.ordinals.removeAll { $0 == ordinal }
        return rest
    }
}

struct SmallWorldDelivery: Hashable, Sendable {
    var endpoint: EndpointIndex
    var generation: UInt32
    var ordinal: Ordinal
}

/// One thing that the driver is told.
enum SmallWorldInput: Hashable, Sendable {
    case delivered(SmallWorldDelivery, DeliveryAnswer)
    case prepared(SmallWorldPreparation)
    case unprepared(SmallWorldPreparation, isFault: Bool)
    /// One of a batch; the rest stays under way.
    case unrenderable(SmallWorldPreparation, Ordinal)
    /// One of a batch gets its outcome while it is being prepared; the rest stays under way.
    case refused(SmallWorldPreparation, Ordinal, DeliveryAnswer)
    case checked(EndpointIndex, EndpointFault.Severity?)
    case probed(EndpointIndex, [Ordinal], [ProbeVerdict])
    case asked(EndpointIndex, [Ordinal], [ProbeVerdict])
    case pause, unpause, stop, abort
    case resolve(Ordinal, DoubtVerdict)
    /// The clock moves on by so many milliseconds, and the driver looks.
    case time(Int64)
    case idle
    /// A new engine takes the journal and runs the job, with one of the configured policies and sets of endpoints.
    case start(policy: Int, endpoints: Int, evidence: Bool = false)

    /// What it answers, if it answers anything: no two answers of one turn are about the same work.
    var work: SmallWorldWork? {
        switch self {
        case .delivered(let delivery, _): .delivery(delivery)
        case .prepared(let batch), .unprepared(let batch, _), .unrenderable(let batch, _), .refused(let batch, _, _):
            .prepare(batch)
        case .checked(let endpoint, _): .check(endpoint)
        case .probed(let endpoint, let ordinals, _): .probe(endpoint, ordinals)
        case .asked(let endpoint, let ordinals, _): .ask(endpoint, ordinals)
        case .pause, .unpause, .stop, .abort, .resolve, .time, .idle, .start: nil
        }
    }

    var words: String {
        switch self {
        case .delivered(let delivery, let answer):
            "recipient \(delivery.ordinal) at endpoint \(delivery.endpoint): \(answer.words)"
        case .prepared(let batch): "endpoint \(batch.endpoint) has prepared \(batch.ordinals)"
        case .unprepared(let batch, let isFault):
            "endpoint \(batch.endpoint) gives \(batch.ordinals) back unprepared\(isFault ? " and is unavailable" : "")"
        case .unrenderable(let batch, let ordinal): "endpoint \(batch.endpoint) cannot render \(ordinal)"
        case .refused(let batch, let ordinal, let answer):
            "endpoint \(batch.endpoint) has not been given \(ordinal) yet: \(answer.words)"
        case .checked(let endpoint, nil): "endpoint \(endpoint) is found reachable"
        case .checked(let endpoint, let severity?): "endpoint \(endpoint) is found \(severity)"
        case .probed(let endpoint, let ordinals, let verdicts), .asked(let endpoint, let ordinals, let verdicts):
            "endpoint \(endpoint) says of \(ordinals): \(verdicts.map { "\($0)" }.joined(separator: ", "))"
        case .pause: "a person pauses the job"
        case .unpause: "a person lets the job go on"
        case .stop: "a person stops the run"
        case .abort: "a person aborts the job"
        case .resolve(let ordinal, let verdict): "a person resolves the doubt about \(ordinal): \(verdict)"
        case .time(let milliseconds): "\(milliseconds) ms pass"
        case .idle: "the driver looks again"
        case .start(let policy, let endpoints, let evidence):
            "an engine starts the job (policy \(policy), endpoints \(endpoints)\(evidence ? ", with a flight record" : ""))"
        }
    }
}

/// One edge between two worlds.
struct SmallWorldStep: Sendable {
    /// What the driver takes up in this turn; empty for a crash between two turns.
    var inputs: [SmallWorldInput]
    var crash: Crash?

    struct Crash: Sendable {
        /// Effects of the turn (commits and actions) that were carried out before the engine died.
        var effects: Int
        /// Messages under way that were accepted all the same.
        var accepted: [Ordinal]
    }

    var words: String {
        let turn = inputs.map(\.words).joined(separator: "; in the same turn: ")
        guard let crash else { return turn }
        let fate = crash.accepted.isEmpty ? "nothing under way" : "\(crash.accepted) under way"
        guard !inputs.isEmpty else { return "the engine dies; \(fate) was accepted" }
        return "\(turn); the engine dies after effect \(crash.effects) of the turn; \(fate) was accepted"
    }
}

/// What must never be seen, in words.
struct SmallWorldBreach: Error {
    var sentence: String
    init(_ sentence: String) { self.sentence = sentence }
}
