public import CampaignDomain

/// What a job's state is at a glance.
public struct JobSummary: Hashable, Sendable {
    /// `JobPhase`, plus what the log alone cannot say: a running job whose engine is gone is interrupted.
    public enum State: String, Hashable, Sendable, CaseIterable {
        case created, running, paused, interrupted, aborted, completed
    }

    public var job: JobID
    public var key: String
    public var name: String
    public var state: State
    public var tally: Tally
    public var createdAt: Timestamp
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp?
    public var pauseReason: String?
    public var abortReason: String?
    public var abortIsRecoverable: Bool
    public var sequence: EventSequence
    public var epoch: UInt64
    public var endpoints: [EndpointState]

    public init(_ state: JobState, engineIsRunning: Bool) {
        job = state.id
        key = state.terms.key
        name = state.terms.name
        switch state.phase {
        case .created: self.state = .created
        case .running: self.state = engineIsRunning ? .running : .interrupted
        case .paused: self.state = .paused
        case .aborted: self.state = .aborted
        case .completed: self.state = .completed
        }
        tally = state.tally
        createdAt = state.createdAt
        startedAt = state.startedAt
        finishedAt = state.finishedAt
        pauseReason = state.pauseReason
        abortReason = state.abortReason
        abortIsRecoverable = state.abortIsRecoverable
        sequence = state.sequence
        epoch = state.epoch
        endpoints = state.endpoints
    }
}

/// One look at a running job.
public struct JobProgress: Hashable, Sendable {
    public var summary: JobSummary
    /// Deliveries without outcome.
    public var inFlight: Int
    /// Set while the journal cannot be written: sending is paused for this reason.
    public var storeTrouble: String?
    /// Set once the run is over; nothing follows.
    public var ending: JobEnding?
}
