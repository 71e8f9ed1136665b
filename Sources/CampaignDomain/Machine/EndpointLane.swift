#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// How the machine sees one endpoint during a run. What must survive a crash is in ``EndpointState``; this is the rest.
struct EndpointLane: Sendable {
    enum Status: Hashable, Sendable {
        case active
        case paused(until: Int64)
        /// A check is under way.
        case checking
        /// Reachable again; one message at a time until one gets an answer.
        case trial
        case removed
    }

    var setup: EndpointSetup
    var status: Status = .active
    /// Claimed or being prepared, without outcome.
    var inFlight = 0
    /// Raised at every pause: failures of deliveries handed out before it are the same trouble, not new trouble.
    var generation: UInt32 = 0
    /// Connections lost since something last went well.
    var strikes = 0

    var free: Int {
        #if CAMPAIGN_MUTANTS
        if Mutant.claimsBeyondLanes.isPlanted, status == .active { return setup.capacity }
        #endif
        return switch status {
        case .active: setup.capacity - inFlight
        case .trial: 1 - inFlight
        case .paused, .checking, .removed: 0
        }
    }
}
