import CampaignDomain

/// What an endpoint has under way. A crash loses all of it.
enum SmallWorldWork: Hashable, Sendable {
    case delivery(SmallWorldDelivery)
    case prepare(EndpointIndex, [Ordinal])
    case check(EndpointIndex)
    case probe(EndpointIndex, [Ordinal])

    /// Recipients that wait for this.
    var ordinals: [Ordinal] {
        switch self {
        case .delivery(let delivery): [delivery.ordinal]
        case .prepare(_, let ordinals), .probe(_, let ordinals): ordinals
        case .check: []
        }
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
    case prepared(EndpointIndex, [Ordinal])
    case unprepared(EndpointIndex, [Ordinal], isFault: Bool)
    /// One of a batch; the rest stays under way.
    case unrenderable(EndpointIndex, [Ordinal], Ordinal)
    case checked(EndpointIndex, EndpointFault.Severity?)
    case probed(EndpointIndex, [Ordinal], [ProbeVerdict])
    case pause, unpause, stop, abort
    case resolve(Ordinal, DoubtVerdict)
    /// The clock moves on by so many milliseconds, and the driver looks.
    case time(Int64)
    case idle
    /// A new engine takes the journal and runs the job, with one of the configured policies and sets of endpoints.
    case start(policy: Int, endpoints: Int)

    /// What it answers, if it answers anything: no two answers of one turn are about the same work.
    var work: SmallWorldWork? {
        switch self {
        case .delivered(let delivery, _): .delivery(delivery)
        case .prepared(let endpoint, let ordinals), .unprepared(let endpoint, let ordinals, _),
            .unrenderable(let endpoint, let ordinals, _):
            .prepare(endpoint, ordinals)
        case .checked(let endpoint, _): .check(endpoint)
        case .probed(let endpoint, let ordinals, _): .probe(endpoint, ordinals)
        case .pause, .unpause, .stop, .abort, .resolve, .time, .idle, .start: nil
        }
    }

    var words: String {
        switch self {
        case .delivered(let delivery, let answer):
            "recipient \(delivery.ordinal) at endpoint \(delivery.endpoint): \(answer.words)"
        case .prepared(let endpoint, let ordinals): "endpoint \(endpoint) has prepared \(ordinals)"
        case .unprepared(let endpoint, let ordinals, let isFault):
            "endpoint \(endpoint) gives \(ordinals) back unprepared\(isFault ? " and is unavailable" : "")"
        case .unrenderable(let endpoint, _, let ordinal): "endpoint \(endpoint) cannot render \(ordinal)"
        case .checked(let endpoint, nil): "endpoint \(endpoint) is found reachable"
        case .checked(let endpoint, let severity?): "endpoint \(endpoint) is found \(severity)"
        case .probed(let endpoint, let ordinals, let verdicts):
            "endpoint \(endpoint) says of \(ordinals): \(verdicts.map { "\($0)" }.joined(separator: ", "))"
        case .pause: "a person pauses the job"
        case .unpause: "a person lets the job go on"
        case .stop: "a person stops the run"
        case .abort: "a person aborts the job"
        case .resolve(let ordinal, let verdict): "a person resolves the doubt about \(ordinal): \(verdict)"
        case .time(let milliseconds): "\(milliseconds) ms pass"
        case .idle: "the driver looks again"
        case .start(let policy, let endpoints): "an engine starts the job (policy \(policy), endpoints \(endpoints))"
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
