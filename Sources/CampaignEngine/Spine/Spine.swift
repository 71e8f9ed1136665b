import CampaignDomain
import CampaignLog
import Dispatch
import Foundation
import Logging
import Synchronization

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// The log thread: takes what was reported, lets the machines decide, makes the events durable, and only then acts.
///
/// One turn of the loop is one group commit: while it is flushed, the next group's reports gather in the inbox. All write
/// transactions belong to this thread.
///
/// SAFETY: everything mutable here is touched by the log thread alone, from `loop()` and the commands it runs.
final class Spine: @unchecked Sendable {
    let store: any EventStore
    let inbox: Inbox
    let configuration: EngineConfiguration
    let logger: Logger
    let epoch: UInt64
    /// Where flight records are kept; nil where none are.
    let flightDeck: (any FlightDeck)?

    /// In the order of their start.
    private(set) var runs: [JobRun] = []
    private var runsByJob: [JobID: JobRun] = [:]
    /// Those that this turn has to do with: reported about, asked about, or due. The others cost a turn nothing.
    private var touched: [JobRun] = []
    private var runsBegun = 0
    /// Of all runs together, as of the last turn.
    private var inFlight = 0
    private var claimsAhead = 1
    var journalEvents = EventEncoder()
    /// The store could be written again after some trouble: told with the next group.
    var recovery: Event?
    /// Written with the next group: control requests taken up, imported chunks.
    var deletes: [TableDelete] = []
    let clock: any EngineClock
    var time: EngineTime
    /// This turn's time. A frame carries the very time that its events were decided at, or the fold would differ from
    /// the live state: nothing in a turn may ask the clock again.
    private(set) var now: Timestamp
    /// Waits for outcomes until then, once a stop was asked for.
    var drainUntil: ContinuousClock.Instant?
    var failure: EngineError?
    /// The loop is over; commands that are still run must do nothing but answer.
    private(set) var hasEnded = false
    /// When a stop was asked for and its time is over; set from any thread, also while a commit is retried.
    let stopSignal = Mutex<ContinuousClock.Instant?>(nil)
    /// Set before `startThread`: called on the log thread before the inbox is emptied for the last time, and at the end.
    var onLastCall: @Sendable () -> Void = {}
    var onEnd: @Sendable (EngineError?) -> Void = { _ in }
    /// Callers to be answered once this turn's events are durable.
    private var afterCommit: [@Sendable (Result<Void, EngineError>) -> Void] = []

    private var messages: [Message] = []
    private var publishedAt: ContinuousClock.Instant
    private let closing = ClosingEndpoints()
    /// How long the last commit took.
    var commitTime: Duration = .zero
    private var lookedForControlAt: ContinuousClock.Instant?

    /// Events of one job between two snapshots.
    private static let eventsPerSnapshot = 4_000_000
    private static let publishInterval: Duration = .milliseconds(100)
    private static let controlInterval: Duration = .milliseconds(100)

    init(
        store: any EventStore, epoch: UInt64, inbox: Inbox, configuration: EngineConfiguration,
        clock: any EngineClock = SystemClock(), notBefore: Timestamp = Timestamp(milliseconds: 0),
        flightDeck: (any FlightDeck)? = nil
    ) {
        self.flightDeck = flightDeck
        self.store = store
        self.clock = clock
        time = EngineTime(clock, notBefore: notBefore)
        now = time.now()
        publishedAt = clock.instant
        self.epoch = epoch
        self.inbox = inbox
        self.configuration = configuration
        logger = configuration.logger
    }

    func startThread() {
        let thread = Thread { [self] in
            Thread.current.name = "campaign-log"
            loop()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }

    // MARK: The loop

    private func loop() {
        while step(waiting: true) {}
    }

    /// One turn, or the end: false when nothing follows.
    func step(waiting: Bool) -> Bool {
        do throws(EngineError) {
            guard isOver else {
                try turn(waiting: waiting)
                return true
            }
            try finish()
        } catch {
            failure = error
            logger.error("the engine stops", metadata: ["reason": "\(error)"])
            // Nobody listens to them any more; what they hold stays claimed in the log.
            for run in runs where run.ending == nil { run.closeEndpoints(deadline: clock.instant, closing) }
        }
        end()
        return false
    }

    private func end() {
        hasEnded = true
        let error = failure ?? EngineError(.stopped, "the engine was stopped")
        for run in runs where run.ending == nil { run.channel.fail(error) }
        answer(.failure(error))
        onLastCall()
        // Commands that came too late are run all the same: they see that it is over and answer their callers.
        inbox.take(into: &messages, waitMilliseconds: 0)
        for case .command(let command) in messages { command(self) }
        answer(.failure(error))
        onEnd(failure)
    }

    /// Runs a caller's command and answers once what it decided is durable.
    func perform(
        _ body: (Spine) throws(EngineError) -> Void,
        _ completion: @escaping @Sendable (Result<Void, EngineError>) -> Void
    ) {
        guard !hasEnded else {
            completion(.failure(failure ?? EngineError(.stopped, "the engine was stopped")))
            return
        }
        do throws(EngineError) {
            try body(self)
            afterCommit.append(completion)
        } catch {
            completion(.failure(error))
        }
    }

    private func answer(_ result: Result<Void, EngineError>) {
        let waiting = afterCommit
        afterCommit = []
        for completion in waiting { completion(result) }
    }

    /// - Parameter waiting: whether to wait for something to do; without it the turn is made at once.
    private func turn(waiting: Bool) throws(EngineError) {
        messages.removeAll(keepingCapacity: true)
        if waiting {
            let gathering = Gathering(inFlight: inFlight, claimsAhead: claimsAhead, commitTime: commitTime)
            inbox.take(into: &messages, waitMilliseconds: waitMilliseconds(), gathering: gathering)
        } else {
            inbox.take(into: &messages, waitMilliseconds: 0)
        }
        now = time.now()
        for message in messages { dispatch(message, now) }
        try takeControlRequests(now)
        touchDue()
        for run in touched where !run.machine.isFinished { run.machine.advance(now: now, &run.decision) }
        #if CAMPAIGN_MUTANTS
        if Mutant.actsBeforeCommit.isPlanted {
            for run in touchedRuns() {
                try run.carryOut(run.decision.actions, now: now)
                run.decision.actions.removeAll()
            }
        }
        if Mutant.showsBeforeCommit.isPlanted {
            for run in runs where run.ending == nil { run.channel.publish(run.progress(storeTrouble: nil)) }
        }
        if Mutant.answersBeforeCommit.isPlanted { answer(.success(())) }
        #endif
        try commit(now)
        answer(.success(()))
        try act()
        takeStock()
        publish()
    }

    /// How long the next turn may wait for a message.
    private func waitMilliseconds() -> Int {
        // A due time that has just come round waits for the clock's next millisecond instead of spinning.
        max(min(millisecondsToWake() ?? 100, 100), 1)
    }

    /// Milliseconds until a machine wants a turn although nothing is reported; nil when only a report can help.
    func millisecondsToWake() -> Int? {
        var earliest: Timestamp?
        for run in runs {
            guard let wake = run.wake else { continue }
            earliest = min(earliest ?? wake, wake)
        }
        let now = time.now()
        return earliest.map { max(0, Int($0.milliseconds - now.milliseconds)) }
    }

    private func dispatch(_ message: Message, _ now: Timestamp) {
        switch message {
        case .reports(let reports):
            var run: JobRun?
            for report in reports {
                if run?.id != report.job { run = self.run(report.job) }
                guard let run, !run.machine.isStale(report.ordinal, handout: report.handout) else { continue }
                let isTaken = run.machine.outcome(
                    report.ordinal, report.endpoint, generation: report.generation, report.outcome, now: now,
                    &run.decision)
                if isTaken { run.recorder?.end(report.ordinal, report.flight) }
            }
        case .prepared(let job, let endpoint, let batch):
            guard let run = run(job) else { return }
            run.machine.prepared(endpoint, run.present(batch), now: now, &run.decision)
        case .unprepared(let job, let endpoint, let batch, let fault):
            guard let run = run(job) else { return }
            run.machine.unprepared(endpoint, run.present(batch), fault, now: now, &run.decision)
        case .unrenderable(let job, let endpoint, let ordinal, let handout, let reason):
            guard let run = run(job), !run.machine.isStale(ordinal, handout: handout) else { return }
            run.machine.unrenderable(endpoint, ordinal, reason: reason, now: now, &run.decision)
        case .checked(let job, let endpoint, let fault):
            guard let run = run(job) else { return }
            run.machine.checked(endpoint, fault, now: now, &run.decision)
        case .probed(let job, let endpoint, let ordinals, let verdicts):
            guard let run = run(job) else { return }
            // An endpoint that answers too little has not answered: unknown.
            let pairs = ordinals.enumerated().map { index, ordinal in
                (ordinal: ordinal, verdict: index < verdicts.count ? verdicts[index] : .unknown)
            }
            run.machine.probed(endpoint, pairs, now: now, &run.decision)
        case .command(let command):
            command(self)
        }
    }

    // MARK: Runs

    /// A job's run, for someone who changes something about it: this turn then looks at it.
    func run(_ job: JobID) -> JobRun? {
        guard let run = runsByJob[job] else { return nil }
        touch(run)
        return run
    }

    /// A job's run, for a look at it.
    func untouchedRun(_ job: JobID) -> JobRun? { runsByJob[job] }

    private func touch(_ run: JobRun) {
        guard !run.isTouched else { return }
        run.isTouched = true
        touched.append(run)
    }

    /// This turn's runs in the order of their start: that of their frames in the log does not depend on who reported first.
    func touchedRuns() -> [JobRun] {
        touched.sort { $0.position < $1.position }
        return touched
    }

    func add(_ run: JobRun) {
        run.position = runsBegun
        runsBegun += 1
        runs.append(run)
        runsByJob[run.id] = run
        touch(run)
        claimsAhead = runs.map(\.claimsAhead).min() ?? 1
    }

    func remove(_ ended: [JobRun]) {
        for run in ended {
            inFlight -= run.inFlight
            run.inFlight = 0
            if runsByJob[run.id] === run { runsByJob[run.id] = nil }
        }
        runs.removeAll { run in ended.contains { $0 === run } }
        touched.removeAll { run in ended.contains { $0 === run } }
        claimsAhead = runs.map(\.claimsAhead).min() ?? 1
    }

    private func touchDue() {
        for run in runs where run.wake.map({ $0 <= now }) == true { touch(run) }
        _ = touchedRuns()
    }

    private func touchAll() {
        for run in runs { touch(run) }
    }

    /// What later turns want to know of the runs that this one had to do with.
    private func takeStock() {
        for run in touched {
            run.isTouched = false
            inFlight -= run.inFlight
            (run.inFlight, run.wake) = run.machine.stock(now: now)
            inFlight += run.inFlight
            #if CAMPAIGN_MUTANTS
            if Mutant.wakeForgotten.isPlanted { run.wake = nil }
            #endif
        }
        touched.removeAll(keepingCapacity: true)
    }

    // MARK: Acting

    func act() throws(EngineError) {
        let touched = touchedRuns()
        for run in touched {
            let actions = run.decision.actions
            run.decision.removeAll()
            guard !actions.isEmpty else { continue }
            try run.carryOut(actions, now: now)
            if let ending = run.ending, actions.contains(.finished(ending)) { try end(run, ending) }
        }
        // What is over is in the log: a service that runs for months does not keep the states of all its jobs.
        let ended = touched.filter { $0.ending != nil }
        if !ended.isEmpty { remove(ended) }
    }

    private func end(_ run: JobRun, _ ending: JobEnding) throws(EngineError) {
        logger.info("run ended", metadata: ["job": "\(run.machine.state.terms.key)", "ending": "\(ending)"])
        run.closeEndpoints(deadline: clock.instant + .seconds(5), closing)
        try saveSnapshots([run])
        clearFlightRecords(of: run)
        run.channel.publish(run.progress(storeTrouble: nil))
    }

    func saveSnapshots(_ runs: [JobRun]) throws(EngineError) {
        guard !runs.isEmpty else { return }
        for run in runs { run.eventsSinceSnapshot = 0 }
        var group = CommitGroup()
        group.puts = runs.map { Snapshots.put($0.machine.state) }
        do {
            _ = try store.commit(group)
        } catch {
            // A snapshot is a cache: the next start folds a little longer.
            logger.warning("snapshot not written", metadata: ["reason": "\(error)"])
        }
    }

    func snapshotWhereDue() throws(EngineError) {
        let due = touchedRuns().filter { $0.eventsSinceSnapshot >= Self.eventsPerSnapshot }
        try saveSnapshots(due)
    }

    func publish(storeTrouble: String? = nil) {
        guard storeTrouble != nil || clock.instant - publishedAt >= Self.publishInterval else { return }
        publishedAt = clock.instant
        for run in runs where run.ending == nil {
            if let storeTrouble {
                // The machine is ahead of the log now; nobody may see what is not durable.
                run.durable.storeTrouble = storeTrouble
            } else {
                run.durable = run.progress(storeTrouble: nil)
            }
            run.channel.publish(run.durable)
        }
    }

    // MARK: Control by other processes

    private func takeControlRequests(_ now: Timestamp) throws(EngineError) {
        if let before = lookedForControlAt, clock.instant - before < Self.controlInterval { return }
        lookedForControlAt = clock.instant
        // Nothing hangs on a run's having said rightly when it is due.
        touchAll()
        let requests: [StoredControlRequest]
        do {
            requests = try ControlTable.pending(store)
        } catch {
            throw EngineError.wrapping(error)
        }
        for request in requests {
            #if CAMPAIGN_MUTANTS
            if Mutant.requestLost.isPlanted {
                let delete = TableDelete(table: .control, key: .number(request.key))
                _ = try? store.commit(CommitGroup(deletes: [delete]))
            }
            #endif
            // Taken away with the events that it leads to, never before.
            defer { deletes.append(TableDelete(table: .control, key: .number(request.key))) }
            do throws(EngineError) {
                guard let control = request.request else { throw EngineError(.badInput, "the request cannot be read") }
                try apply(control, now)
                logger.info("request taken up", metadata: ["request": "\(control)"])
            } catch {
                logger.warning("request refused", metadata: ["reason": "\(error)"])
            }
        }
    }

    // MARK: The end

    private var isOver: Bool {
        guard let drainUntil else { return false }
        return runs.isEmpty || clock.instant >= drainUntil
    }

    /// Asks for a stop: no more claims, outcomes under way are waited for.
    func stop(deadline: Duration) {
        guard drainUntil == nil else { return }
        drainUntil = clock.instant + deadline
        touchAll()
        for run in runs { run.machine.stop(now: now, &run.decision) }
    }

    private func finish() throws(EngineError) {
        // Whoever has not finished is told to give back what it can; then the last reports are taken in.
        let late = runs.filter { $0.ending == nil }
        for run in late { run.closeEndpoints(deadline: clock.instant + .seconds(2), closing) }
        clock.wait(for: closing, until: clock.instant + .seconds(6))
        messages.removeAll(keepingCapacity: true)
        inbox.take(into: &messages, waitMilliseconds: 0)
        now = time.now()
        touchAll()
        for message in messages { dispatch(message, now) }
        for run in late where !run.machine.isFinished { run.machine.advance(now: now, &run.decision) }
        journalEvents.append(.engineStopped(reason: late.isEmpty ? "stopped" : "stopped at the drain deadline"))
        let holdsOutcomes = runs.contains { !$0.decision.events.isEmpty }
        do throws(EngineError) {
            try commit(now)
        } catch {
            guard !holdsOutcomes else { throw error }
            logger.warning("the stop could not be logged", metadata: ["reason": "\(error)"])
        }
        answer(.success(()))
        for run in runs { run.decision.removeAll() }
        try saveSnapshots(runs.filter { $0.eventsSinceSnapshot > 0 })
        for run in runs { clearFlightRecords(of: run) }
        for run in late {
            run.ending = .stopped
            run.channel.publish(run.progress(storeTrouble: nil))
        }
    }
}
