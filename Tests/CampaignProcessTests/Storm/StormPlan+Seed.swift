extension StormPlan {
    /// Draws a plan. Everything that is random about a storm is drawn here, so one seed is one plan.
    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        self.seed = seed
        // Few are large: half of them have less than 5,000.
        let size = Double.random(in: 0...1, using: &random)
        recipients = 2_000 + Int(18_000 * size * size * size)
        let kind = Int.random(in: 0..<10, using: &random)
        // Seven in ten have servers, five a directory (two of them both).
        let serverCount = kind < 4 ? 1 : kind < 7 ? 2 : 0
        let hasDrop = kind >= 7 || kind == 3 || kind == 6
        let refuses = serverCount > 0 && !hasDrop && Int.random(in: 0..<4, using: &random) == 0
        refusedEnding = refuses ? "\(Int.random(in: 10...99, using: &random))" : nil
        servers = []
        for _ in 0..<serverCount { servers.append(Self.server(refusedEnding, &random)) }
        dropRetries = hasDrop ? Int.random(in: 2...12, using: &random) : nil
        dropConnections = [4, 32, 512][Int.random(in: 0..<3, using: &random)]
        resends = Int.random(in: 0..<4, using: &random) == 0
        journalIsOnSmallDisk = Int.random(in: 0..<3, using: &random) == 0
        steps = []
        drawSteps(&random)
    }

    private static func server(_ refusedEnding: String?, _ random: inout SplitMix64) -> Server {
        var server = Server(
            connections: [1, 3, 8, 20, 50][Int.random(in: 0..<5, using: &random)],
            retries: [1, 3, 20][Int.random(in: 0..<3, using: &random)],
            retryIntervalMilliseconds: Int.random(in: 20...200, using: &random))
        if let refusedEnding { server.options += ["--refuse-rcpt", "\(refusedEnding)@=550 5.1.1 Nobody of that name"] }
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            server.cutEvery = Int.random(in: 200...2_000, using: &random)
            server.options += ["--drop-after-dot-every", "\(server.cutEvery)"]
        case 1:
            server.cutEvery = Int.random(in: 200...2_000, using: &random)
            server.options += ["--drop-before-record-every", "\(server.cutEvery)"]
        case 2:
            server.cutPercent = 1
            server.options += ["--drop-before-reply-probability", "0.002", "--seed", "\(random.next() >> 40)"]
        case 3: server.options += ["--die-after", "\(Int.random(in: 500...3_000, using: &random))"]
        case 4:
            server.defers = true
            server.options += ["--defer-first", "\(Int.random(in: 1...2, using: &random))"]
        default: break
        }
        if Int.random(in: 0..<3, using: &random) == 0, server.connections >= 20 {
            server.options += ["--latency", "\(Int.random(in: 1...4, using: &random))"]
        }
        if Int.random(in: 0..<4, using: &random) == 0 { server.options += ["--no-pipelining"] }
        if Int.random(in: 0..<3, using: &random) == 0 {
            server.options += ["--idle-timeout", "\(Int.random(in: 30...400, using: &random))"]
        }
        return server
    }

    private mutating func drawSteps(_ random: inout SplitMix64) {
        let count = Int.random(in: 3...9, using: &random)
        let last = recipients * 9 / 10
        var points = (0..<count).map { _ in Int.random(in: 0...last, using: &random) }
        points.sort()
        for point in points { steps.append(Step(progress: point, fault: fault(&random))) }
    }

    private func fault(_ random: inout SplitMix64) -> StormFault {
        let time = Int.random(in: 0...600, using: &random)
        let microseconds = Int.random(in: 0...20_000, using: &random)
        let server = servers.isEmpty ? nil : Int.random(in: 0..<servers.count, using: &random)
        let ends = [StormFault.FullDiskEnd.room, .kill, .stopTwice]
        let end = ends[Int.random(in: 0..<3, using: &random)]
        let isEven = Bool.random(using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<4: return .kill(microseconds: microseconds)
        case 4..<6: return .killRecovery(microseconds: microseconds * 4)
        case 6, 7: return .stop(isInterrupt: isEven)
        case 8: return .stopTwice
        case 9, 10: return .freeze(milliseconds: time, restartsServer: isEven ? server : nil, kills: time % 4 == 0)
        case 11: return .moveJournal
        case 12: return time % 2 == 0 ? .look : .pause(milliseconds: time)
        case 13, 14:
            return journalIsOnSmallDisk ? .fillJournalDisk(milliseconds: time, then: end) : .kill(microseconds: 0)
        default: return endpointFault(server, isEven, time, &random)
        }
    }

    private func endpointFault(
        _ server: Int?, _ isEven: Bool, _ time: Int, _ random: inout SplitMix64
    ) -> StormFault {
        let hitsDrop = dropRetries != nil && (server == nil || Int.random(in: 0..<2, using: &random) == 0)
        guard let server, !hitsDrop else {
            return isEven ? .fillDropDisk(milliseconds: time) : .lockDropDirectory(milliseconds: time)
        }
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return .stopBesideHangingServer(server)
        case 1, 2: return .freezeServer(server, milliseconds: time)
        default: return .killServer(server, awayMilliseconds: time * 2)
        }
    }
}
