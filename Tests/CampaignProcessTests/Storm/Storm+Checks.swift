import Foundation

extension Storm {
    /// What the receivers have written down.
    private var accepted: [RecordingServer.Accepted] {
        servers.flatMap(\.accepted) + (consumer?.taken ?? [])
    }

    /// After the last run: who got what, what the journal says, and whether the two agree.
    func check() async throws {
        try await awaitPickup()
        for server in servers { try await server.revive() }
        let status = try await campaign.status()
        let finished = report.exits[2] != nil
        if status.state != "completed" || status.settled != plan.recipients || status.skipped != 0
            || status.pending + status.claimed + status.deferred != 0 || finished != (status.inDoubt > 0)
        {
            problem("exit \(finished ? 2 : 0), and the status is \(status)")
        }
        report.inDoubt = status.inDoubt
        try await checkLedger(status)
        try await checkDoubts(status)
        try await checkJournal()
        if report.problems.isEmpty, status.inDoubt > 0 { try await resolve() }
    }

    private func awaitPickup() async throws {
        guard let consumer else { return }
        try await Eventually.holds("the last files to be taken: \(consumer.waiting)", within: .seconds(20)) {
            consumer.waiting == 0
        }
        if let first = consumer.malformed.first { problem("no whole message when it appeared: \(first)") }
    }

    private func checkLedger(_ status: StatusObject) async throws {
        let export = try await campaign.command("export", "--format", "csv")
        if export.status != 0 { problem("export: \(export)") }
        var resends: [String: Int] = [:]
        if plan.resends {
            for event in try await campaign.events("InDoubtResolved") { resends[event.address ?? "", default: 0] += 1 }
        }
        let ledger = StormLedger(accepted: accepted, export: export.output)
        for breach in ledger.breaches(of: plan, resends: resends) { problem(breach) }
        let counts = ["sent", "failed", "in-doubt"].map { ledger.addresses($0).count }
        if counts != [status.sent, status.failed, status.inDoubt] {
            problem("exported are \(counts), the status says \(status)")
        }
        let listed = try await campaign.doubts()
        if Set(listed.map(\.address)) != ledger.addresses("in-doubt") || listed.count != status.inDoubt {
            problem("in-doubt lists \(listed.count), the status says \(status.inDoubt)")
        }
    }

    /// One doubt per connection and disturbance at most, besides those that a server makes itself by its habits; none at a
    /// directory.
    private func checkDoubts(_ status: StatusObject) async throws {
        let events = try await campaign.events("RecipientInDoubt")
        let atDirectory = events.filter { $0.endpoint?.hasPrefix("dir:") == true }
        if let first = atDirectory.first { problem("\(atDirectory.count) in doubt at a directory: \(first)") }
        var cuts = 0
        for (server, habits) in zip(servers, plan.servers) {
            let count = server.accepted.count
            if habits.cutEvery > 0 { cuts += count / (habits.cutEvery - 1) + 1 }
            // A chance of 0.002 per message, and six standard deviations.
            if habits.cutPercent > 0 { cuts += count / 500 + 6 * Int(Double(count / 500 + 1).squareRoot()) + 6 }
        }
        let deaths = servers.map(\.deaths).reduce(0, +)
        let most = plan.connections * (disturbances + deaths) + cuts
        if events.count > most {
            problem(
                "\(events.count) doubts, \(most) explained: \(plan.connections) connections, "
                    + "\(disturbances) disturbances, \(deaths) deaths of servers, \(cuts) cuts")
        }
        // What one start finds is what one end left behind.
        let found = events.filter { $0.reason?.hasPrefix("the engine ended between claim and outcome") == true }
        let byEpoch = Dictionary(grouping: found, by: \.epoch).mapValues(\.count)
        if let worst = byEpoch.values.max(), worst > plan.connections {
            problem("\(worst) doubts after one end of the engine, with \(plan.connections) connections")
        }
    }

    private func checkJournal() async throws {
        for arguments in [["audit"], ["verify"], ["replay", "--check"]] {
            let finished = try await campaign.start(arguments).finished(within: .seconds(120))
            if finished.status != 0 { problem("\(arguments.joined(separator: " ")): \(finished)") }
        }
    }

    /// Somebody looks into the receivers' records and decides. Then everyone who was not refused has one copy exactly.
    private func resolve() async throws {
        let doubts = Set(try await campaign.doubts().map(\.address))
        let reached = doubts.intersection(accepted.map(\.address))
        let missing = doubts.subtracting(reached)
        let isFewReached = reached.count <= missing.count
        let few = isFewReached ? reached : missing
        // One by one is one process each.
        guard few.count <= 40 else { return }
        let verdicts = isFewReached ? ("--sent", "--not-sent") : ("--not-sent", "--sent")
        for address in few.sorted() {
            let done = try await campaign.command("in-doubt", "resolve", address, verdicts.0, "--reason", "record")
            if done.status != 0 { problem("resolve \(address): \(done)") }
        }
        if few.count < doubts.count {
            let done = try await campaign.command("in-doubt", "resolve", "--all", verdicts.1, "--reason", "record")
            if done.status != 0 { problem("resolve --all: \(done)") }
        }
        try await finishQuietly()
    }

    /// No more faults, but the servers' own habits: until nobody is left; new doubts by those habits are accepted.
    private func finishQuietly() async throws {
        for _ in 0..<10 {
            let process = try campaign.startRun("--quiet")
            try await Eventually.holds("the rest to be sent; \(process.diagnostics)", within: .seconds(60)) {
                !process.isRunning
            }
            let last = try await process.finished()
            for server in servers { try await server.revive() }
            guard last.status != 69 else { continue }
            if last.status != 0 && last.status != 2 { problem("after the doubts were resolved: \(last)") }
            break
        }
        try await awaitPickup()
        let export = try await campaign.command("export", "--format", "csv")
        var resends: [String: Int] = [:]
        if plan.resends {
            for event in try await campaign.events("InDoubtResolved") { resends[event.address ?? "", default: 0] += 1 }
        }
        let ledger = StormLedger(accepted: accepted, export: export.output)
        for breach in ledger.breaches(of: plan, resends: resends) {
            problem("after the doubts were resolved: \(breach)")
        }
        try await checkJournal()
    }
}
