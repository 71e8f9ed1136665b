import CampaignDomain

/// One situation: a journal, an engine or none, what endpoints have under way, and what they have really accepted.
struct SmallWorld: Sendable {
    var log: SmallWorldLog
    /// nil while no engine runs the job: before the first run, after a crash and after a run's end.
    var machine: JobMachine?
    /// The present run's endpoints, by their position among the configured choices.
    var runEndpoints = 0
    var work: [SmallWorldWork] = []
    /// How often each recipient's message was accepted: the truth, which the machine never sees.
    var accepted: [UInt8]
    /// Milliseconds since 1970.
    var now: Int64 = 1_000_000
    var crashesLeft: Int?
    var faultsLeft: Int?
    var controlsLeft: Int?
    /// Whether a run came before the present one.
    var isRestarted = false
    /// Kept for ``DriverFlaw/losesNewestFrame`` alone.
    var earlierLog: EarlierLog?

    final class EarlierLog: Sendable {
        let log: SmallWorldLog
        init(_ log: SmallWorldLog) { self.log = log }
    }

    init(_ rules: SmallWorldConfiguration) throws {
        log = try SmallWorldLog(rules, now: now)
        accepted = [UInt8](repeating: 0, count: Int(rules.recipients))
        crashesLeft = rules.crashesMax
        faultsLeft = rules.faultsMax
        controlsLeft = rules.controlsMax
    }

    var state: JobState { log.state }
    var time: Timestamp { Timestamp(milliseconds: now) }

    /// Nothing is left to do: completed, or aborted for good with every claim's fate named.
    var isOver: Bool {
        guard machine == nil else { return false }
        switch state.phase {
        case .completed: return true
        case .aborted: return !state.abortIsRecoverable && state.tally.claimed == 0
        case .created, .running, .paused: return false
        }
    }

    /// The configured endpoint that the job's state knows under this index.
    func endpoint(_ index: EndpointIndex, _ rules: SmallWorldConfiguration) -> SmallWorldEndpoint? {
        guard Int(index) < state.endpoints.count else { return nil }
        let name = state.endpoints[Int(index)].name
        return rules.endpoints.first { $0.name == name }
    }

    /// Takes one from each bound that the step draws on; false when one of them is used up.
    mutating func spend(faults: Int = 0, controls: Int = 0, crashes: Int = 0) -> Bool {
        func take(_ count: Int, _ left: inout Int?) -> Bool {
            guard let before = left, count > 0 else { return true }
            left = before - count
            return before >= count
        }
        return take(faults, &faultsLeft) && take(controls, &controlsLeft) && take(crashes, &crashesLeft)
    }
}
