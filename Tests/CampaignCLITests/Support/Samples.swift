@testable import CampaignDomain
@testable import CampaignEngine

/// Values that several suites look at.
enum Samples {
    static let time = Timestamp(milliseconds: 1_772_357_400_123)

    static func state(
        _ phase: JobPhase = .running, endpoints: [EndpointState] = [], _ change: (inout JobState) -> Void = { _ in }
    ) -> JobState {
        var state = JobState(
            id: JobID(1), terms: JobTerms(key: "spring-2026", name: "Spring sale"), createdAt: time, sequence: 2,
            epoch: 1)
        state.phase = phase
        state.startedAt = time
        state.endpoints = endpoints
        change(&state)
        return state
    }

    static func summary(
        _ phase: JobPhase = .running, isEngineRunning: Bool = true, tally: Tally = tally(),
        endpointNames: [String] = [],
        _ change: (inout JobState) -> Void = { _ in }
    ) -> JobSummary {
        let endpoints = endpointNames.map { EndpointState(name: $0) }
        let state = state(phase, endpoints: endpoints) { state in
            state.tally = tally
            change(&state)
        }
        return JobSummary(state, engineIsRunning: isEngineRunning)
    }

    static func tally(
        pending: UInt32 = 0, sent: UInt32 = 0, failed: UInt32 = 0, skipped: UInt32 = 0, inDoubt: UInt32 = 0,
        deferred: UInt32 = 0
    ) -> Tally {
        var tally = Tally()
        tally.pending = pending
        tally.sent = sent
        tally.failed = failed
        tally.skipped = skipped
        tally.inDoubt = inDoubt
        tally.deferred = deferred
        return tally
    }

    static func record(_ address: String = "ada@example.com", _ fields: [(String, String)] = []) -> RecipientRecord {
        RecipientRecord(
            ordinal: 7, address: address, key: IdempotencyKey(high: 1, low: 8),
            columns: ["email"] + fields.map(\.0), values: [address] + fields.map(\.1))
    }

    static func logged(_ event: Event, job: JobID = JobID(1)) -> LoggedEvent {
        LoggedEvent(sequence: 42, time: time, epoch: 3, job: job, event: event)
    }
}
