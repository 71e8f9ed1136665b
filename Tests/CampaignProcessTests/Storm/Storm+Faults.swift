import Foundation

extension Storm {
    /// The drain deadline of the command line, and what closing takes.
    private static let drainMax: Duration = .seconds(35)
    /// A second signal ends at once; generous, since the machine is busy.
    private static let atOnce: Duration = .seconds(5)

    func carryOut(_ fault: StormFault, _ process: RunningProcess) async throws {
        switch fault {
        case .kill(let delay):
            try await Eventually.moment(.microseconds(delay))
            try await kill(process)
        case .killRecovery(let delay):
            try await kill(process)
            killAtNextStart = delay
        case .stop(let isInterrupt):
            let asked = ContinuousClock.now
            process.send(isInterrupt ? SIGINT : SIGTERM)
            excuseSignal(isInterrupt ? SIGINT : SIGTERM, process)
            try await awaitStop(process, since: asked, within: Self.drainMax)
        case .stopTwice: try await stopTwice(process)
        case .stopBesideHangingServer(let index):
            servers[index].send(SIGSTOP)
            disturbances += 1
            try await stopTwice(process)
            servers[index].send(SIGCONT)
        case .freeze(let time, let server, let kills):
            try await freeze(process, milliseconds: time, restarting: server, kills: kills)
        case .freezeServer(let index, let time):
            servers[index].send(SIGSTOP)
            disturbances += 1
            try await Eventually.moment(.milliseconds(time))
            servers[index].send(SIGCONT)
        case .killServer(let index, let time):
            disturbances += 1
            try await servers[index].kill(awayMilliseconds: time)
        case .fillJournalDisk(let time, let end): try await fillJournalDisk(process, milliseconds: time, then: end)
        case .fillDropDisk(let time): try await fillDropDisk(milliseconds: time)
        case .lockDropDirectory(let time): try await lockDropDirectory(milliseconds: time)
        case .moveJournal: try await moveJournal(process)
        case .pause(let time): try await pause(process, milliseconds: time)
        case .look: try await look(process)
        }
    }

    /// Before the engine has begun there is nobody to take a signal: it ends the process as it ends any other.
    private func excuseSignal(_ signal: Int32, _ process: RunningProcess) {
        excusedExits.insert(-signal)
    }

    private func stopTwice(_ process: RunningProcess) async throws {
        process.send(SIGTERM)
        excuseSignal(SIGTERM, process)
        try await Eventually.holds("the first signal to be taken; \(process.diagnostics)", within: .seconds(10)) {
            process.diagnostics.contains("stopping") || !process.isRunning
        }
        let asked = ContinuousClock.now
        process.send(SIGTERM)
        try await awaitStop(process, since: asked, within: Self.atOnce)
    }

    private func freeze(
        _ process: RunningProcess, milliseconds: Int, restarting server: Int?, kills: Bool
    ) async throws {
        process.send(SIGSTOP)
        disturbances += 1
        if let server {
            try await servers[server].kill(awayMilliseconds: 0)
            try await servers[server].revive()
        }
        // A process that is frozen in its first instants holds nothing yet.
        if process.isRunning, try await state() == "running" {
            let rival = try await campaign.run("--quiet", within: .seconds(20))
            if rival.status != 77 || !rival.diagnostics.contains("process \(process.pid) ") {
                problem("a second engine beside a frozen one (\(process.pid)): \(rival)")
            }
        }
        try await Eventually.moment(.milliseconds(milliseconds))
        if kills { return try await kill(process) }
        process.send(SIGCONT)
    }

    /// What the journal says of the job: `running` means that an engine holds its lock.
    private func state() async throws -> String? {
        let finished = try await campaign.command("status", "--json")
        guard finished.status == 0 else { return nil }
        let status: StatusObject = try JSONLines.one(finished.output)
        return status.state
    }

    private func fillJournalDisk(
        _ process: RunningProcess, milliseconds: Int, then end: StormFault.FullDiskEnd
    ) async throws {
        guard let journalDisk else { return }
        excusedExits.formUnion([73, 74])
        journalDisk.fill()
        do {
            // A journal with free pages lives on with them for a while, to the end perhaps.
            try await Eventually.holds("it to be noticed", within: .seconds(2)) {
                process.diagnostics.contains("no space left") || !process.isRunning
            }
        } catch is Eventually.Missed {}
        try await Eventually.moment(.milliseconds(milliseconds))
        switch end {
        case .room: break
        case .kill: try await kill(process)
        case .stopTwice: if process.isRunning { try await stopTwice(process) }
        }
        if end != .room, milliseconds % 2 == 0 {
            // The same command while it is still full: refused with a reason, or able to go on; never wrong.
            let again = try campaign.startRun("--quiet")
            try await Eventually.moment(.milliseconds(milliseconds / 2))
            if again.isRunning {
                try await kill(again)
            } else {
                let finished = try await again.finished()
                report.exits[finished.status, default: 0] += 1
                if ![0, 2, 69, 73, 74].contains(finished.status) { problem("on a full disk: \(finished)") }
            }
        }
        try journalDisk.makeRoom()
    }

    private func fillDropDisk(milliseconds: Int) async throws {
        guard let dropDisk else { return }
        dropDisk.fill()
        try await Eventually.moment(.milliseconds(milliseconds))
        try dropDisk.makeRoom()
    }

    private func lockDropDirectory(milliseconds: Int) async throws {
        guard let dropDisk else { return }
        try await remount(dropDisk, "ro")
        try await Eventually.moment(.milliseconds(milliseconds))
        try await remount(dropDisk, "rw")
    }

    /// Refused by the kernel while a file is being written: tried again.
    func remount(_ disk: SmallDisk, _ mode: String) async throws {
        for attempt in 0..<200 {
            let finished = try await RunningProcess(
                "/usr/bin/env", ["mount", "-o", "remount,\(mode)", disk.path], directory: scratch.path
            ).finished()
            if finished.status == 0 { return }
            if attempt == 199 { problem("cannot remount \(mode): \(finished)") }
        }
    }

    private func moveJournal(_ process: RunningProcess) async throws {
        try await kill(process)
        // A journal from which nothing was sent yet belongs to nobody.
        guard progress > 0 else { return }
        let copy = scratch.file("moved-\(report.runs).journal")
        try FileManager.default.copyItem(atPath: campaign.journal, toPath: copy)
        try FileManager.default.removeItem(atPath: campaign.journal)
        campaign.journal = copy
        let refused = try await campaign.run("--quiet", within: .seconds(20))
        if refused.status != 77 || !refused.diagnostics.contains("adopt") {
            problem("a copied journal is not refused with a way out: \(refused)")
        }
        isMoved = true
    }

    private func pause(_ process: RunningProcess, milliseconds: Int) async throws {
        // A run that begins on a paused job ends with 75: another test is about that.
        guard try await state() == "running" else { return }
        let paused = try await campaign.command("pause", "--reason", "a storm")
        try await Eventually.moment(.milliseconds(milliseconds))
        guard paused.status == 0 else { return }
        // It stays paused over whatever happened meanwhile, until somebody says otherwise.
        let unpaused = try await campaign.command("unpause")
        if unpaused.status != 0 { problem("paused, and cannot be unpaused: \(unpaused)") }
    }

    private func look(_ process: RunningProcess) async throws {
        guard try await state() == "running" else { return }
        let status = try await campaign.status()
        let sum = status.settled + status.pending + status.claimed + status.deferred
        if sum != status.total { problem("does not add up beside a running engine: \(status)") }
        for name in ["audit", "verify"] {
            let finished = try await campaign.command(name)
            if finished.status != 0 { problem("\(name) beside a running engine: \(finished)") }
        }
    }
}
