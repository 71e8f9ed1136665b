package import CampaignDomain

/// A job so small that everything that can happen to it can be tried, and what may happen.
package struct SmallWorldConfiguration: Sendable {
    package var name: String
    /// 1 to 8.
    package var recipients: UInt32 = 1
    /// 1 to 4; each may be used by every run.
    package var endpoints = [SmallWorldEndpoint()]
    /// Attempts per recipient: 1 to 31.
    package var attempts = 2
    /// In milliseconds; below 10, so that no jitter splits equal worlds.
    package var retryDelayMilliseconds: Int64 = 1
    package var inDoubt = InDoubtPolicy.hold
    /// What each run's owner may choose: nil is the job's own policy. The first is taken when nothing goes wrong.
    package var runPolicies: [InDoubtPolicy?] = [nil]
    /// Which endpoints a run may be given, by position. The first is taken when nothing goes wrong.
    package var runEndpoints: [[Int]]?
    package var ratePerHour: UInt32 = 0
    /// How a delivery may go wrong.
    package var answers = DeliveryAnswer.allFaults
    /// What a person may do.
    package var controls: Set<SmallWorldControl> = []
    /// Reports that one turn of the driver may take up before the machine goes on: 1 or 2.
    package var reportsPerTurn = 1
    /// Whether the driver may take a turn without anything reported, as the engine's loop does when it wakes by itself.
    package var hasIdleTurns = false
    /// Whether a start may find out from a flight record what became of a crash's claims.
    package var hasFlightRecord = false

    /// Crashes on one path; nil is any number.
    package var crashesMax: Int?
    /// Answers that are not the good one on one path; nil is any number.
    package var faultsMax: Int?
    /// A person's requests on one path, `unpause` apart; nil is any number.
    package var controlsMax: Int? = 0

    /// Steps from the first world; nil searches until nothing new is found.
    package var depthMax: Int?
    /// The search is cut when it has met so many worlds.
    package var statesMax = 20_000_000

    /// A driver that does not keep to its contract, to show that the search notices.
    package var flaw: DriverFlaw?

    package init(name: String) { self.name = name }

    /// In a sentence, for the report.
    package var words: String {
        let lanes = endpoints.map { "\($0.name) \($0.capacity)" }.joined(separator: ", ")
        func bound(_ value: Int?, _ what: String) -> String {
            "\(what): \(value.map { "at most \($0)" } ?? "any number")"
        }
        return "recipients: \(recipients), lanes: \(lanes), \(inDoubt), attempts: \(attempts), "
            + "\(bound(crashesMax, "crashes")), \(bound(faultsMax, "faults")), "
            + bound(controls.isEmpty ? 0 : controlsMax, "requests")
    }

    var terms: JobTerms {
        JobTerms(
            key: "small", name: "small",
            retry: RetryPolicy(
                attempts: attempts, firstMilliseconds: retryDelayMilliseconds, factor: 1,
                capMilliseconds: retryDelayMilliseconds),
            inDoubt: inDoubt, ratePerHour: ratePerHour)
    }

    var asksAgain: Bool { endpoints.contains { $0.probesAgain > 0 } }

    /// The endpoints that each kind of run is given.
    var endpointChoices: [[Int]] { runEndpoints ?? [Array(endpoints.indices)] }
}

/// An endpoint of a small world.
package struct SmallWorldEndpoint: Sendable {
    /// What it finds out about a message after a crash.
    package enum Probe: Sendable {
        /// Nothing, as SMTP.
        case never
        /// The truth, as a drop directory.
        case always
        /// Now this, now that.
        case sometimes
    }

    package var name: String
    package var capacity: Int
    package var preparesBeforeClaim: Bool
    /// A mail server: when it prepares, it refuses recipient by recipient.
    package var isServer = true
    package var retries: Int
    /// In milliseconds; below 10, so that no jitter splits equal worlds.
    package var pauseMilliseconds: Int64
    package var probe: Probe
    /// How often it is asked again about a doubt.
    package var probesAgain = 0

    package init(
        name: String = "smtp", capacity: Int = 1, preparesBeforeClaim: Bool = false, retries: Int = 1,
        pauseMilliseconds: Int64 = 1, probe: Probe = .never
    ) {
        self.name = name
        self.capacity = capacity
        self.preparesBeforeClaim = preparesBeforeClaim
        self.retries = retries
        self.pauseMilliseconds = pauseMilliseconds
        self.probe = probe
    }

    package static func directory(capacity: Int = 1, retries: Int = 1) -> SmallWorldEndpoint {
        var endpoint = SmallWorldEndpoint(
            name: "dir", capacity: capacity, preparesBeforeClaim: true, retries: retries, probe: .always)
        endpoint.isServer = false
        return endpoint
    }

    var setup: EndpointSetup {
        var policy = EndpointPolicy(
            retries: retries, intervalMilliseconds: pauseMilliseconds, factor: 1, capMilliseconds: pauseMilliseconds)
        policy.probing = ProbePolicy(again: probesAgain, intervalMilliseconds: 1)
        return EndpointSetup(name: name, capacity: capacity, preparesBeforeClaim: preparesBeforeClaim, policy: policy)
    }
}

/// A person's requests.
package enum SmallWorldControl: Sendable {
    /// `unpause` comes with it.
    case pause
    case stop
    case abort
    /// Each doubt by what really happened.
    case resolve
}
