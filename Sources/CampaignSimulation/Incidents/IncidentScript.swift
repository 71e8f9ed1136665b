import CampaignDomain
import CampaignEngine
import CampaignLog

/// Carries an incident's steps out in a world, and compares what is expected at its moments.
final class IncidentScript {
    let incident: Incident
    private unowned let world: World
    private var position = 0
    /// The time, and the recipients settled, when the step before was carried out.
    private var stepTime: Int64 = 0
    private var stepSettled: UInt32 = 0
    private var isAdvancing = false
    private var events: [String: Int64] = [:]
    /// Recipients that servers have decided about for good since the log was last asked.
    private var decided: UInt32 = 0
    private var deferredBefore: Set<Ordinal> = []
    private(set) var refusals: Int64 = 0
    private var storeDownAt: Int64 = 0
    private var gaveUp: Int64 = 0
    private var gaveUpAfter: Int64 = 0
    private var stopping: EngineProcess?
    private var stopMax: Int64 = 0
    /// The next burial is of a machine whose power was cut.
    private(set) var cutsPower = false
    /// Broken on purpose.
    var flaw: IncidentFlaw?
    /// The job at the newest step, in one line.
    private(set) var ending = "nothing happened"

    init(_ incident: Incident, _ world: World) {
        self.incident = incident
        self.world = world
        arm()
    }

    var isOver: Bool { position == incident.steps.count }

    // MARK: Steps

    /// Carries out what is due.
    func advance() {
        guard !isAdvancing, !world.isHealed else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        noteStop()
        while !isOver, !world.hasFailed, isDue(incident.steps[position].trigger) {
            let step = incident.steps[position]
            world.note("step at \(step.place): \(step.actions)")
            if let moment = step.moment { compare(moment) }
            for action in step.actions where !world.hasFailed { carryOut(action, step) }
            ending = summary
            position += 1
            stepTime = world.time
            stepSettled = settled
            arm()
        }
    }

    /// A step that waits for a time must find the world awake then.
    private func arm() {
        guard !isOver, let delay = incident.steps[position].trigger.elapsedMilliseconds else { return }
        world.plan(after: delay, in: nil) { [unowned self] in advance() }
    }

    private func isDue(_ trigger: IncidentTrigger) -> Bool {
        if let wanted = trigger.settled, settled < wanted { return false }
        if let wanted = trigger.more, settled < stepSettled + wanted { return false }
        if let wanted = trigger.deferred, (reference?.count(.deferred) ?? 0) < wanted { return false }
        if let wanted = trigger.elapsedMilliseconds, world.time < stepTime + wanted { return false }
        return !trigger.ended || hasEnded
    }

    private var hasEnded: Bool {
        guard let process = world.process else { return world.restartAt == .max }
        return process.isReady && !process.isStopping && world.jobs[0].ending != nil && !world.jobs[0].isRunning
    }

    /// A script that waits for what never comes is a failure.
    func checkOver() {
        guard !isOver else { return }
        world.oracle.fail(.asTold, "the step at \(incident.steps[position].place) is never due; \(summary)")
    }

    // MARK: What the world asks and tells

    func count(_ event: Event) { events[event.typeName, default: 0] += 1 }

    func engineGaveUp() {
        gaveUp += 1
        gaveUpAfter = world.time - storeDownAt
    }

    /// What a mail server has been told to answer; nil when it takes the message.
    func answer(to address: String) -> MailServer.Answer? {
        let ordinal = Ordinal(address.dropFirst().prefix { $0 != "@" }) ?? 0
        if ordinal < incident.deferredOnce, deferredBefore.insert(ordinal).inserted {
            return .deferred("451 4.7.1 later")
        }
        decided += 1
        return incident.rejected.contains(ordinal) ? .rejected(.unknownAddress, "550 5.1.1 no such user") : nil
    }

    /// Servers keep a message waiting that would take the log beyond the moment that the script waits for.
    var holdsBack: Bool {
        guard !isOver, !world.isHealed, let wanted = incident.steps[position].trigger.settled else { return false }
        return decided >= wanted
    }

    // MARK: Actions

    private func carryOut(_ action: IncidentAction, _ step: IncidentStep) {
        switch action {
        case .crash: end(step, cutsPower: false)
        case .powerCut: end(step, cutsPower: true)
        case .start: start(step)
        case .stop:
            guard let process = world.process, let engine = process.engine else { return missing(step) }
            stopping = process
            if flaw != .stopIgnored { world.stop(process, engine) }
        case .storeDown(let milliseconds):
            storeDownAt = world.time
            world.storeError = .noSpace("no space left on the device")
            world.storeDownUntil = milliseconds.map { world.time + $0 } ?? .max
        case .storeBack: world.storeDownUntil = .min
        case .endpointDown(let index, let milliseconds):
            setEndpoint(index, downUntil: milliseconds.map { world.time + $0 } ?? .max)
        case .endpointBack(let index): setEndpoint(index, downUntil: .min)
        case .copy(let host):
            guard world.process == nil else { return fail(step, "the journal is in use") }
            world.journal = world.journal.copied()
            world.host = HostIdentity(id: host, name: host, bootID: "1")
            world.wasMoved = true
        case .adopt: adopt(step)
        case .secondEngine:
            guard world.process?.isReady == true else { return missing(step) }
            let before = world.marks.count(.secondEngineRefused)
            world.trySecondEngine()
            refusals += Int64(world.marks.count(.secondEngineRefused) - before)
        }
    }

    private func end(_ step: IncidentStep, cutsPower: Bool) {
        guard let process = world.process, process.isAlive else { return missing(step) }
        self.cutsPower = cutsPower
        world.kill(process, .crashWhileIdle)
        world.reap()
        self.cutsPower = false
    }

    private func start(_ step: IncidentStep) {
        guard let process = world.process else {
            guard !world.journal.isForeign(to: world.host) else {
                return fail(step, "the journal belongs to another machine: adopt it")
            }
            open()
            return
        }
        guard hasEnded, let engine = process.engine else { return fail(step, "the job runs already") }
        world.start(0, process, engine)
    }

    private func adopt(_ step: IncidentStep) {
        guard world.process == nil, world.journal.isForeign(to: world.host) else {
            return fail(step, "there is nothing to adopt")
        }
        // World.open() first tries without adopting and insists on the refusal.
        refusals += 1
        open()
    }

    private func open() {
        if flaw == .journalForgotten, world.processCount > 0 { world.journal = MemoryJournal() }
        decided = settled
        world.restartAt = world.time
    }

    private func setEndpoint(_ index: Int, downUntil: Int64) {
        let name = incident.servers[index].name
        let downUntil = flaw == .staysGone ? .max : downUntil
        world.servers.first { $0.options.name == name }?.setDown(until: downUntil)
        world.boxes.first { $0.options.name == name }?.setGone(until: downUntil)
    }

    private func missing(_ step: IncidentStep) { fail(step, "there is no engine") }

    private func fail(_ step: IncidentStep, _ sentence: String) {
        world.oracle.fail(.asTold, "the step at \(step.place) cannot be done: \(sentence)")
    }

    private func noteStop() {
        guard let process = stopping, !process.isAlive, let asked = process.stopAskedAt else { return }
        stopMax = max(stopMax, world.time - asked)
        stopping = nil
    }

    // MARK: Moments

    private var reference: ReferenceJob? { world.jobs[0].id.flatMap { world.oracle.jobs[$0] } }

    private var settled: UInt32 {
        reference.map { $0.count(.sent) + $0.count(.failed) + $0.count(.skipped) } ?? 0
    }

    private func compare(_ moment: String) {
        for expectation in incident.expectations where expectation.moment == moment {
            let found = measure(expectation.quantity)
            guard !expectation.range.contains(found) else { continue }
            world.oracle.fail(
                .asTold,
                "\(expectation.place): \(moment): \(expectation.quantity.words) is \(found), not "
                    + "\(expectation.range.words); \(summary)")
        }
    }

    private func measure(_ quantity: IncidentQuantity) -> Int64 {
        switch quantity {
        case .events(let name): events[name] ?? 0
        case .state(let wanted): state == wanted ? 1 : 0
        case .measure(let measure): self.measure(measure)
        }
    }

    private func measure(_ measure: IncidentMeasure) -> Int64 {
        func count(_ standing: ReferenceJob.Standing) -> Int64 { Int64(reference?.count(standing) ?? 0) }
        return switch measure {
        case .sent: count(.sent)
        case .failed: count(.failed)
        case .skipped: count(.skipped)
        case .pending: count(.pending)
        case .claimed: count(.claimed)
        case .deferred: count(.deferred)
        case .inDoubt: count(.inDoubt)
        case .settled: Int64(settled)
        case .accepted: Int64(world.oracle.ledger[0].reduce(0) { $0 + $1.copies })
        case .copiesMax: Int64(world.oracle.ledger[0].reduce(0) { max($0, $1.copies) })
        case .engines: Int64(world.processCount)
        case .refusals: refusals
        case .gaveUp: gaveUp
        case .gaveUpAfter: gaveUpAfter
        case .stopMax: stopMax
        }
    }

    private var state: IncidentState {
        switch reference?.phase {
        case "running": world.process == nil ? .interrupted : .running
        case "paused": .paused
        case "completed": .completed
        case "aborted": .aborted
        case "aborted recoverably": .abortedRecoverably
        default: .created
        }
    }

    /// The job in one line.
    var summary: String {
        let shown: [IncidentMeasure] = [.sent, .failed, .inDoubt, .deferred, .pending, .claimed, .copiesMax, .engines]
        return "\(state.rawValue), " + shown.map { "\($0.rawValue) \(measure($0))" }.joined(separator: ", ")
    }
}

extension IncidentQuantity {
    fileprivate var words: String {
        switch self {
        case .measure(let measure): measure.rawValue + (measure.isDuration ? " (ms)" : "")
        case .events(let name): "the number of \(name)"
        case .state(let state): "state: \(state.rawValue)"
        }
    }
}

extension ClosedRange<Int64> {
    fileprivate var words: String { lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound)..\(upperBound)" }
}
