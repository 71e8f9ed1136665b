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
        /// A person lets nothing through.
        case suspended
    }

    let setup: EndpointSetup
    var status: Status = .active
    /// Claimed or being prepared, without outcome.
    var inFlight = 0
    /// Raised at every pause: failures of deliveries handed out before it are the same trouble, not new trouble.
    var generation: UInt32 = 0
    /// Connections lost since something last went well.
    var strikes = 0
    var window: CongestionWindow
    var pacer: Pacer
    /// Deliveries in hand that a person's limit allows.
    private var ceiling: Int
    /// Its share among the endpoints that have a weight.
    private(set) var weight: UInt32?
    /// What it was given so far, in units of its share: who is behind the others comes first.
    var given: UInt64 = 0

    init(_ setup: EndpointSetup, _ limits: EndpointLimits = EndpointLimits()) {
        self.setup = setup
        window = CongestionWindow(connections: setup.connections, initial: setup.policy.initialConnections)
        pacer = Pacer(ratePerHour: limits.ratePerHour ?? setup.policy.ratePerHour)
        weight = limits.weight ?? setup.policy.weight
        ceiling = Self.ceiling(setup, limits)
    }

    /// A person has set other limits while it works.
    mutating func limit(_ limits: EndpointLimits, now: Timestamp) {
        pacer.change(ratePerHour: limits.ratePerHour ?? setup.policy.ratePerHour, now: now)
        weight = limits.weight ?? setup.policy.weight
        ceiling = Self.ceiling(setup, limits)
    }

    private static func ceiling(_ setup: EndpointSetup, _ limits: EndpointLimits) -> Int {
        guard let connections = limits.connections else { return setup.capacity }
        return min(Int(connections) * perConnection(setup), setup.capacity)
    }

    /// Deliveries in hand for each connection.
    private static func perConnection(_ setup: EndpointSetup) -> Int { max(setup.capacity / setup.connections, 1) }

    var free: Int {
        #if CAMPAIGN_MUTANTS
        if Mutant.claimsBeyondLanes.isPlanted, status == .active { return setup.capacity }
        #endif
        return switch status {
        case .active: max(min(ceiling, window.connections * Self.perConnection(setup)) - inFlight, 0)
        case .trial: max(1 - inFlight, 0)
        case .paused, .checking, .removed, .suspended: 0
        }
    }

    /// Whether what it was given before may still be claimed.
    var mayClaim: Bool { status != .removed && status != .suspended }

    /// What one message adds to ``given``.
    var step: UInt64 { UInt64(Self.shareUnit / (weight ?? 1)) }
    mutating func countShare() { given += step }
    private static let shareUnit: UInt32 = 1_000_000
}
