public import Logging

/// How an engine behaves. The defaults are safe.
public struct EngineConfiguration: Sendable {
    /// Take over a journal that belongs to another host or was copied. Recorded as an event.
    public var adopts = false
    /// How long `stop` waits for outcomes under way.
    public var drainDeadline: Duration = .seconds(30)
    /// How often a store that cannot be written (disk full, I/O error) is tried again, and how far apart.
    public var storeRetries = 600
    public var storeRetryInterval: Duration = .seconds(1)
    /// Rebuilds a job's endpoints from their names in the log; needed by `resume` without endpoints.
    public var endpointFactory: EndpointFactory?
    /// Whether `run()` (Service) goes on with every interrupted or recoverably aborted job at start.
    public var resumesOnStart = true
    /// Whether a flight record is kept beside the journal, from which the next start learns how far each claimed message had
    /// come (see ``Delivery/beginHandover()``). Without it more is in doubt after a crash; nothing else changes.
    public var recordsFlights = true
    /// Written into the journal's lock and `EngineStarted`.
    public var version = CampaignEngine.version
    public var logger = Logger(label: "campaign.engine")

    public init() {}
}
