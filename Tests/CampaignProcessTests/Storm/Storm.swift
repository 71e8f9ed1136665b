import Foundation

/// Carries out a ``StormPlan`` with real processes: `campaign run` again and again, until it is done, while servers, disks
/// and the engine itself are maltreated. Then everything that came out is checked.
///
/// Moments are points of progress, counted at the servers and by the pickup; only how long a fault lasts is a time.
final class Storm {
    /// What happened.
    struct Report {
        var runs = 0
        var kills = 0
        var exits: [Int32: Int] = [:]
        /// Longest time from a first signal to the end of the process.
        var stopMax: Duration = .zero
        var inDoubt = 0
        /// Steps whose moment never came, because everything was done before.
        var unreached = 0
        var recipients = 0
        var duration: Duration = .zero
        var problems: [String] = []
    }

    let plan: StormPlan
    let scratch: Scratch
    var servers: [StormServer] = []
    var consumer: DropConsumer?
    var journalDisk: SmallDisk?
    var dropDisk: SmallDisk?
    var steps: ArraySlice<StormPlan.Step>
    var report = Report()
    /// Times at which messages under way may have become doubtful: ends of the engine, and troubles of servers.
    var disturbances = 0
    /// How a run may end now, besides by itself.
    var excusedExits: Set<Int32> = []
    /// A kill in the middle of the next start, so many microseconds after it.
    var killAtNextStart: Int?
    /// The journal was moved: from then on every run adopts it.
    var isMoved = false
    private var theCampaign: TestCampaign?

    /// No storm has a reason to last longer; one that does is stuck.
    private static let lengthMax: Duration = .seconds(240)
    private static let runsMax = 120

    init(_ plan: StormPlan) throws {
        self.plan = plan
        steps = plan.steps[...]
        scratch = try Scratch()
    }

    var campaign: TestCampaign {
        guard let theCampaign else { preconditionFailure("the campaign is made before anything is done with it") }
        return theCampaign
    }

    /// Acceptances so far; roughly, where a directory is being emptied meanwhile.
    var progress: Int {
        let shown = consumer.map { $0.count + $0.waiting } ?? 0
        return servers.reduce(shown) { $0 + $1.count }
    }

    func problem(_ text: String) { report.problems.append(text) }

    /// Runs it all; `problems` in the report is empty when every check held.
    func run() async throws -> Report {
        let began = ContinuousClock.now
        try await withDisk(plan.journalIsOnSmallDisk, "journal-disk", megabytes: 24 + plan.recipients / 400) {
            journalDisk = $0
            try await withDisk(plan.dropRetries != nil, "drop-disk", megabytes: 32) {
                dropDisk = $0
                try await prepare()
                defer { consumer?.stop() }
                try await weather(until: began + Self.lengthMax)
                if report.problems.isEmpty { try await check() }
            }
        }
        report.unreached = steps.count
        report.recipients = plan.recipients
        report.duration = .now - began
        return report
    }

    private func withDisk(
        _ isWanted: Bool, _ name: String, megabytes: Int, _ body: (SmallDisk?) async throws -> Void
    ) async throws {
        guard isWanted else { return try await body(nil) }
        let disk = try await SmallDisk.mount(scratch.file(name), sizeMegabytes: megabytes, scratch)
        try await disk.use { _ in try await body(disk) }
    }

    private func prepare() async throws {
        var endpoints: [String] = []
        for (index, server) in plan.servers.enumerated() {
            let running = try await StormServer(scratch, index: index, options: server.options)
            servers.append(running)
            endpoints.append(
                running.url(
                    "connections=\(server.connections)&retries=\(server.retries)"
                        + "&retry-interval=\(server.retryIntervalMilliseconds)ms&timeout=1s"))
        }
        if let dropDisk, let retries = plan.dropRetries {
            let outbox = dropDisk.path + "/outbox"
            consumer = DropConsumer(outbox)
            endpoints.append("dir:\(outbox)?connections=\(plan.dropConnections)&retries=\(retries)&retry-interval=50ms")
        }
        // Attempts enough that no deferral is the last one: who fails was refused.
        let made = try TestCampaign(
            scratch, recipients: plan.recipients, endpoints: endpoints,
            manifest: "retry: { attempts: 31, first: 50ms, factor: 2, cap: 400ms }\n"
                + "in-doubt: \(plan.resends ? "resend" : "hold")")
        if let journalDisk { made.journal = journalDisk.path + "/campaign.journal" }
        theCampaign = made
    }

    /// The same command until it says that everything is done.
    private func weather(until deadline: ContinuousClock.Instant) async throws {
        while report.problems.isEmpty {
            guard report.runs < Self.runsMax else { return problem("\(report.runs) runs, and no end") }
            excusedExits = []
            report.runs += 1
            let process = try campaign.start(["run", "campaign.yaml"] + (isMoved ? ["--adopt"] : []))
            try await ride(process, until: deadline)
            guard !process.isRunning else { return try await reportStuck(process) }
            let finished = try await process.finished()
            report.exits[finished.status, default: 0] += 1
            switch finished.status {
            case 0, 2: return
            case 69 where mayLoseEndpoints: try await restoreEverything()
            case 73, 74: if !excusedExits.contains(finished.status) { problem("unexplained: \(finished)") }
            case let status where excusedExits.contains(status): break
            default: problem("unexplained: \(finished)")
            }
        }
    }

    /// Whether anything in this plan can take an endpoint down.
    private var mayLoseEndpoints: Bool {
        plan.steps.contains { $0.fault.troublesEndpoints }
            || plan.servers.contains { $0.cutEvery > 0 || $0.cutPercent > 0 || $0.options.contains("--die-after") }
            || plan.servers.contains { $0.options.contains("--idle-timeout") }
    }

    /// Stays beside one run until it ends, and does to it what is due.
    private func ride(_ process: RunningProcess, until deadline: ContinuousClock.Instant) async throws {
        if let delay = killAtNextStart {
            killAtNextStart = nil
            try await Eventually.moment(.microseconds(delay))
            try await kill(process)
        }
        while process.isRunning, ContinuousClock.now < deadline {
            for server in servers { try await server.attend() }
            if let step = steps.first, progress >= step.progress {
                steps.removeFirst()
                try await carryOut(step.fault, process)
            } else {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    private func reportStuck(_ process: RunningProcess) async throws {
        let status = try? await campaign.status()
        problem("stuck at \(progress): \(String(describing: status)); it said: \(process.diagnostics.suffix(2000))")
        try await process.end()
    }

    /// After the last endpoint was removed: somebody has repaired them.
    private func restoreEverything() async throws {
        let status = try await campaign.status()
        if status.state != "aborted" || status.abort?.recoverable != true {
            problem("exit 69, and the job is \(status.state)")
        }
        for server in servers { try await server.revive() }
    }

    // MARK: Ends of the engine

    func kill(_ process: RunningProcess) async throws {
        guard process.isRunning else { return }
        excusedExits.insert(-SIGKILL)
        try await process.end()
        report.kills += 1
        disturbances += 1
    }

    /// Waits for the end that a signal has asked for.
    ///
    /// - Parameter limit: what documentation or haste allow.
    func awaitStop(_ process: RunningProcess, since asked: ContinuousClock.Instant, within limit: Duration) async throws
    {
        excusedExits.insert(75)
        disturbances += 1
        let isOver: Bool
        do {
            try await Eventually.holds("the end", within: limit) { !process.isRunning }
            isOver = true
        } catch is Eventually.Missed {
            isOver = false
        }
        report.stopMax = max(report.stopMax, .now - asked)
        if !isOver { problem("asked to stop, and still there after \(limit): \(process.diagnostics.suffix(1000))") }
    }
}
