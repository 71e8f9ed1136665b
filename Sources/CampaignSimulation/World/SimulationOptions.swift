package import CampaignDomain

/// Everything that a seed decides before its run begins. Each world is small and odd in its own way ("swarm testing").
package struct SimulationOptions: Sendable {
    package struct Server: Sendable {
        package var name: String
        /// A directory that is emptied by someone; a mail server otherwise.
        package var isDirectory: Bool
        /// Deliveries in hand at once.
        package var capacity: Int
        /// A mail server that is asked about each recipient before the message is claimed: half of its capacity.
        package var isAskedFirst = false
        /// One that is asked first, of an endpoint that claims before the answer is there: all of its capacity may be claimed.
        package var isClaimedAhead = false
        package var policy: EndpointPolicy
        /// Whether it can be asked afterwards what became of a message.
        package var knowsItsMessages: Bool
        /// Whether it keeps the flight record.
        package var recordsHandover = false
        /// The usual time to an answer, in milliseconds.
        package var latency: ClosedRange<Int64>

        /// Claims without outcome that it may hold: what a crash can leave in doubt.
        package var lanes: Int { isAskedFirst && !isClaimedAhead ? max(capacity / 2, 1) : capacity }
    }

    package struct Job: Sendable {
        package var list: Int
        package var retry: RetryPolicy
        package var inDoubt: InDoubtPolicy
        package var ratePerHour: UInt32
        package var destinations = DestinationLimits()
        /// Positions of its endpoints among the servers.
        package var servers: [Int]
    }

    package var servers: [Server] = []
    package var jobs: [Job] = []
    /// How often each fault happens where it can, in thousandths.
    private var rates = [Int](repeating: 0, count: Fault.allCases.count)
    /// Steps with faults; then the faults end, and every job must end too.
    package var ticks: Int
    package var storeRetries: Int

    package subscript(fault: Fault) -> Int {
        get { rates[fault.rawValue] }
        set { rates[fault.rawValue] = newValue }
    }

    /// - Parameter lists: how many lists there are to choose from, by rising length.
    package init(seed: UInt64, lists: Int) {
        var random = RandomStreams(seed: seed).options
        ticks = random.chance(perMille: 100) ? 400 + random.below(800) : 40 + random.below(300)
        storeRetries = 2 + random.below(8)
        for fault in Fault.allCases {
            // Each kind is absent from half of the worlds; otherwise rare, common or constant trouble.
            let scale = [0, 0, 0, 1, 1, 4][random.below(6)]
            self[fault] = scale * fault.usualRate
        }
        // A server that has had enough of this sender.
        if random.chance(perMille: 30) { self[.policyRejection] = 990 }
        for index in 0..<(1 + random.below(3)) { servers.append(Self.server(index, &random)) }
        var claims = RandomStreams(seed: seed).claims
        for index in servers.indices where servers[index].isAskedFirst {
            servers[index].isClaimedAhead = claims.chance(perMille: 300)
        }
        let jobCount = random.chance(perMille: 700) ? 1 : 2 + random.below(2)
        for _ in 0..<jobCount { jobs.append(Self.job(servers.count, lists, &random)) }
        // Fifty refusals in a row take a list that is long enough for them.
        if self[.policyRejection] == 990 { jobs[0].list = lists - 1 }
        // A lock can only be stolen where the thief can ask nobody: a probe answers about the past alone.
        if servers.contains(where: { $0.isDirectory || $0.knowsItsMessages }) { self[.stolenLock] = 0 }
    }

    private static func server(_ index: Int, _ random: inout SplitMix64) -> Server {
        let isDirectory = random.chance(perMille: 350)
        var policy = EndpointPolicy(
            retries: random.below(4), intervalMilliseconds: [100, 1_000, 10_000, 60_000][random.below(4)])
        if random.chance(perMille: 100) { policy.ratePerHour = [3_600, 36_000, 3_600_000][random.below(3)] }
        if random.chance(perMille: 200) { policy.weight = UInt32(1 + random.below(4)) }
        if random.chance(perMille: 400) { policy.initialConnections = 1 + random.below(3) }
        let longest: Int64 = [1, 5, 50, 400][random.below(4)]
        var server = Server(
            name: isDirectory ? "dir:/out\(index)" : "smtp://mx\(index)", isDirectory: isDirectory,
            capacity: 1 + random.below(isDirectory ? 12 : 6), policy: policy,
            knowsItsMessages: isDirectory || random.chance(perMille: 200), latency: 0...longest)
        if !isDirectory {
            server.recordsHandover = random.chance(perMille: 700)
            if server.knowsItsMessages, random.chance(perMille: 600) {
                server.policy.probing = ProbePolicy(
                    again: 1 + random.below(3), intervalMilliseconds: [100, 5_000, 60_000][random.below(3)])
            }
        }
        if !isDirectory, random.chance(perMille: 600) {
            server.isAskedFirst = true
            server.capacity *= 2
        }
        return server
    }

    private static func job(_ servers: Int, _ lists: Int, _ random: inout SplitMix64) -> Job {
        let destinations =
            random.chance(perMille: 250)
            ? DestinationLimits(
                standard: DestinationLimit(
                    concurrency: UInt32(random.below(4)),
                    ratePerHour: random.chance(perMille: 300) ? [36_000, 3_600_000][random.below(2)] : 0),
                named: [.init(SimulatedList.domain(0), DestinationLimit(concurrency: UInt32(random.below(3))))])
            : DestinationLimits()
        let used = (0..<servers).filter { _ in random.chance(perMille: 700) }
        return Job(
            list: random.below(lists),
            retry: RetryPolicy(
                attempts: 1 + random.below(6), firstMilliseconds: [0, 500, 60_000, 600_000][random.below(4)],
                factor: 1 + random.below(3)),
            inDoubt: random.chance(perMille: 250) ? .resend : .hold,
            ratePerHour: random.chance(perMille: 150) ? UInt32([600, 36_000, 3_600_000][random.below(3)]) : 0,
            destinations: destinations,
            servers: used.isEmpty ? [random.below(servers)] : used)
    }
}

extension Fault {
    /// In thousandths of the occasions for it.
    fileprivate var usualRate: Int {
        switch self {
        case .crash: 6
        case .powerCut: 200
        case .suspension, .secondEngine, .clockJump: 8
        case .stop, .pause, .stolenLock: 4
        case .unpause: 40
        case .otherHost: 60
        case .storeRefuses, .unknownFate: 12
        case .frameRot, .tornFrame, .snapshotRot, .derivedTablesLost, .flightRecordDamage: 60
        case .refusal, .hang, .dropBeforeDot, .dropAfterDot, .replyLost: 20
        case .throttling: 40
        case .suspendEndpoint, .limitEndpoint: 4
        case .withdrawEndpoint: 2
        case .restoreEndpoint: 40
        case .temporaryFailure, .rejection: 50
        case .policyRejection: 60
        case .greylist: 250
        case .slowness: 30
        case .serverDown: 8
        case .serverGoneForGood: 20
        case .doubleReport: 10
        case .folderGone: 8
        case .folderFlushFails, .unrenderable: 15
        case .abort: 1
        case .resolve: 60
        case .restartAfterEnd: 250
        }
    }
}
