import CampaignDomain
import CampaignEngine
import CampaignLog

/// From the first step to the last check.
extension World {
    /// Steps with faults, then without until every job has ended, then a stop; checks all the way.
    package func run() {
        for _ in 0..<options.ticks where !hasFailed {
            guard tick() else { break }
        }
        script?.checkOver()
        heal()
        var left = Self.livenessTicksMax
        while !hasFailed, journal.hasRequests || !jobs.indices.allSatisfy(isOver) {
            guard left > 0, attend(), tick() else {
                oracle.fail(.liveness, "job \(unfinished) has not ended, and nothing more happens")
                break
            }
            left -= 1
        }
        finish()
        clear()
    }

    private static var livenessTicksMax: Int { 60_000 }

    private var unfinished: String {
        jobs.indices.filter { !isOver($0) }.map { "\($0 + 1) (\(phase(of: $0)))" }.joined(separator: ", ")
    }

    /// No more faults from here on. What is gone for good stays gone.
    private func heal() {
        note("the faults end")
        isHealed = true
        for server in servers { server.heal() }
        for box in boxes { box.heal() }
        storeDownUntil = .min
        clock.error = 0
        process?.suspendedUntil = .min
        zombie?.suspendedUntil = .min
        restartAt = min(restartAt, time)
    }

    private func phase(of job: Int) -> String { jobs[job].id.flatMap { oracle.jobs[$0]?.phase } ?? "not created" }

    /// Whether nothing more is to be done for a job: completed, aborted by someone, or without any endpoint that works.
    func isOver(_ job: Int) -> Bool {
        guard !jobs[job].isRunning else { return false }
        switch phase(of: job) {
        case "completed", "aborted": return !hasOpenClaims(job)
        case "aborted recoverably": return isHealed && jobs[job].hopelessRuns > 1 && isWithoutEndpoints(job)
        default: return false
        }
    }

    private func hasOpenClaims(_ job: Int) -> Bool {
        jobs[job].id.flatMap { oracle.jobs[$0] }?.openClaims.contains { $0 > 0 } ?? false
    }

    private func isWithoutEndpoints(_ job: Int) -> Bool {
        options.jobs[job].servers.allSatisfy { position in
            servers.contains { $0.options.name == options.servers[position].name && $0.isGoneForGood }
        }
    }

    /// The operator's care after the faults: starts what has ended early, lets go on what is paused.
    private func attend() -> Bool {
        guard let process, let engine = process.engine, process.isAlive, !process.isStopping else { return true }
        for job in jobs.indices where !isOver(job) {
            if jobs[job].id != nil, !jobs[job].isRunning { start(job, process, engine) }
            if let id = jobs[job].id, let name = oracle.jobs[id]?.heldEndpoints.first, !jobs[job].isRestoring,
                phase(of: job) != "aborted"
            {
                jobs[job].isRestoring = true
                process.wake()
                engine.control(.endpoint(job: id.rawValue, name: name, .restore)) { [unowned self] _ in
                    jobs[job].isRestoring = false
                }
            }
            if phase(of: job) == "paused", let id = jobs[job].id, !jobs[job].isUnpausing {
                jobs[job].isUnpausing = true
                process.wake()
                engine.control(.unpause(job: id.rawValue)) { [unowned self] _ in jobs[job].isUnpausing = false }
            }
        }
        return true
    }

    /// A last life without faults: stop, and compare everything with everything.
    private func finish() {
        var left = 2_000
        while !hasFailed, process == nil || process?.isReady != true || zombie != nil, left > 0, tick() { left -= 1 }
        guard !hasFailed, let process, let engine = process.engine else {
            return oracle.fail(.liveness, "the engine cannot be started any more")
        }
        compareAtEnd(engine)
        if !process.isStopping { stop(process, engine) }
        left = 2_000
        while !hasFailed, process.isAlive, left > 0, tick() { left -= 1 }
        if process.isAlive { oracle.fail(.stopsInTime, "the last stop does not end") }
        for job in jobs.indices { oracle.checkEnd(job) }
        audit()
    }

    private func compareAtEnd(_ engine: SteppedEngine) {
        do throws(EngineError) {
            oracle.follow(journal)
            let folded = try engine.jobs(usesSnapshot: false)
            oracle.compare(folded, "at the end")
            for state in folded {
                if let live = engine.liveState(of: state.id), live.encoded() != state.encoded() {
                    oracle.fail(.logDecides, "job \(state.id) lives in another state than its log's")
                }
            }
            if try engine.jobs().map({ $0.encoded() }) != folded.map({ $0.encoded() }) {
                oracle.fail(.logDecides, "the snapshots hold another state than the log's")
            }
        } catch {
            oracle.fail(.logDecides, "the log cannot be folded at the end: \(error)")
        }
    }

    /// The product's own proofs, on the whole log.
    private func audit() {
        guard !hasFailed else { return }
        oracle.follow(journal)
        var auditor = LawAuditor()
        do {
            let store = MemoryEventStore(journal: journal)
            let report = try LogVerifier.verify(store)
            if !report.ok { oracle.fail(.logDecides, "verify: \(report)") }
            try store.scan(from: 1) { header, payload in
                auditor.frame(
                    payload,
                    FrameContext(
                        job: JobID(header.job), firstSequence: header.firstSequence, count: header.count,
                        time: Timestamp(milliseconds: header.time), epoch: header.epoch))
                return true
            }
        } catch {
            oracle.fail(.logDecides, "the log cannot be read: \(error)")
        }
        if let first = auditor.finish().first { oracle.fail(.logDecides, "audit: \(first)") }
    }

    /// The log's root: two runs of a seed must agree on it.
    package var logRoot: String { (try? MemoryEventStore(journal: journal).head.root.description) ?? "" }
    package var violation: Violation? { oracle.violation }
    package var eventCount: Int { oracle.eventCount }
}
