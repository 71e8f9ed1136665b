package import CampaignDomain

/// What once happened to another system, told so that this engine can be put through it.
package struct Incident: Sendable {
    /// The requirement that it is about, such as `R1`.
    package var row = ""
    package var title = ""
    /// What happened then, and what happens here.
    package var there = ""
    package var here = ""
    /// Rows of the list.
    package var recipients = 1
    /// Ordinals that every mail server rejects for good.
    package var rejected: Set<Ordinal> = []
    /// Mail servers defer the first so many recipients once, for some minutes.
    package var deferredOnce = 0
    package var servers: [SimulationOptions.Server] = []
    package var retry = RetryPolicy()
    package var inDoubt = InDoubtPolicy.hold
    package var storeRetries = 10
    package var storeIntervalMilliseconds: Int64 = 1_000
    package var steps: [IncidentStep] = []
    package var expectations: [IncidentExpectation] = []

    package init() {}
}
