public import CampaignDomain
package import CampaignLog
import Foundation
import Logging
import Synchronization

/// Sends campaigns, and never forgets where it was.
///
/// One engine holds a journal at a time. Everything it does is in the journal's log before it counts as done; what a crash
/// leaves behind is taken up by the next engine at the exact place.
///
/// ```swift
/// let engine = try await CampaignEngine.open(journal: "campaign.journal")
/// let job = try await engine.createJob(definition, recipients: RecipientSource(path: "recipients.csv"))
/// try await engine.start(job.id, endpoints: try StandardEndpoints.make(["dir:outbox"]))
/// for await progress in engine.progress(of: job.id) { print(progress.summary.tally) }
/// await engine.stop()
/// ```
public final class CampaignEngine: Sendable {
    /// The engine's version, written into `EngineStarted`.
    public static let version = "0.1.0"

    let spine: Spine
    let configuration: EngineConfiguration
    private let state: EngineState
    private let creating = Mutex(())

    /// Opens or creates a journal, takes its lock and begins a new epoch.
    ///
    /// - Parameter journal: the journal's directory; created with mode 0700 when missing.
    /// - Throws: `journalInUse` with the holder, `journalOfAnotherHost` unless `configuration.adopts`,
    ///   `journalTooNew`, `journalCorrupt`, `journalCannotBeCreated`.
    public static func open(
        journal: String, configuration: EngineConfiguration = EngineConfiguration()
    ) async throws(EngineError) -> CampaignEngine {
        let opened = try await openPatiently(journal, configuration)
        return CampaignEngine(
            store: opened.store, epoch: opened.epoch, configuration: configuration, notBefore: opened.time,
            flightDeck: opened.flightDeck, release: opened.release)
    }

    /// How long a held lock is asked for again: a control command that writes to a journal without an engine is its engine
    /// for some milliseconds, and a start that meets it must not be refused, or a supervisor would leave the job alone.
    private static let lockPatience: Duration = .seconds(1)

    private static func openPatiently(
        _ journal: String, _ configuration: EngineConfiguration
    ) async throws(EngineError) -> EngineJournal.Opened {
        let until = ContinuousClock.now + lockPatience
        while true {
            do throws(EngineError) {
                return try EngineJournal.open(JournalDirectory(path: journal), configuration)
            } catch {
                guard error.code == .journalInUse, ContinuousClock.now < until else { throw error }
                do { try await Task.sleep(for: .milliseconds(20)) } catch is CancellationError { throw error } catch {}
            }
        }
    }

    /// An engine over a store that is open already and whose epoch has begun; for tests.
    ///
    /// - Parameter notBefore: the time of the log's last frame.
    package init(
        store: any EventStore, epoch: UInt64, configuration: EngineConfiguration,
        notBefore: Timestamp = Timestamp(milliseconds: 0), flightDeck: (any FlightDeck)? = nil,
        release: @escaping @Sendable () -> Void = {}
    ) {
        self.configuration = configuration
        let state = EngineState()
        self.state = state
        spine = Spine(
            store: store, epoch: epoch, inbox: Inbox(), configuration: configuration, notBefore: notBefore,
            flightDeck: flightDeck)
        spine.onLastCall = { state.refuseMore() }
        spine.onEnd = { failure in
            // The journal first: whoever gets the lock must find it closed.
            try? (store as? LMDBEventStore)?.close()
            release()
            state.end(failure)
        }
        spine.startThread()
    }

    // MARK: Jobs

    /// Creates a job, or finds the one with the same key and content.
    ///
    /// The list is read, validated and stored; nothing of a refused list stays. `progress` is told the rows read so far.
    /// - Throws: `badInput` with file, line, column and reason; `inputNotFound`; `jobConflict` naming what differs.
    public func createJob(
        _ definition: JobDefinition, recipients: RecipientSource, progress: (@Sendable (Int) -> Void)? = nil
    ) async throws(EngineError) -> CreatedJob {
        let creation = JobCreation(definition, recipients, progress, spine.clock) { [self] group throws(EngineError) in
            try self.commitFromOutside(group)
        }
        let store = spine.store
        return try await onThread { [self] () throws(EngineError) in
            // One at a time: the next job's number is the highest one plus one.
            try creating.withLock { _ throws(EngineError) in try creation.run(store) }
        }
    }

    /// Begins or continues a job's run through these endpoints.
    ///
    /// Returns once the job's state is loaded; ``progress(of:)`` and ``ending(of:)`` tell how it goes. A completed job ends
    /// at once and sends nothing; a paused one waits for ``unpause(_:)``.
    public func start(
        _ job: JobID, endpoints: [any Endpoint], options: RunOptions = RunOptions()
    ) async throws(EngineError) {
        guard !endpoints.isEmpty else { throw EngineError(.badEndpoint, "job \(job) needs an endpoint at least") }
        guard Set(endpoints.map { EndpointState.identity($0.name) }).count == endpoints.count else {
            throw EngineError(.badEndpoint, "the same endpoint is given twice")
        }
        let channel = state.newChannel(job)
        try await command { spine throws(EngineError) in
            try spine.start(job, endpoints: endpoints, options: options, channel: channel)
        }
    }

    /// Continues every interrupted or recoverably aborted job through the endpoints of its last run (R6, R17).
    ///
    /// Needs `configuration.endpointFactory`. Jobs that cannot be started are logged and left as they are.
    @discardableResult
    public func resumeAll() async throws(EngineError) -> [JobID] {
        let store = spine.store
        let states = try await onThread { () throws(EngineError) in try JobLoader.loadAll(store) }
        var resumed: [JobID] = []
        for state in states {
            let isOpen = state.phase == .running || (state.phase == .aborted && state.abortIsRecoverable)
            guard isOpen else { continue }
            do {
                try await resume(state.id)
                resumed.append(state.id)
            } catch {
                configuration.logger.error(
                    "job not resumed", metadata: ["job": "\(state.terms.key)", "reason": "\(error)"])
            }
        }
        return resumed
    }

    /// Continues a job through the endpoints of its last run. Needs `configuration.endpointFactory`.
    public func resume(_ job: JobID, options: RunOptions = RunOptions()) async throws(EngineError) {
        let store = spine.store
        let state = try await onThread { () throws(EngineError) in try JobLoader.load(job, store) }
        guard let state else { throw EngineError(.noSuchJob, "there is no job \(job)") }
        let names = state.runEndpoints.map { state.endpoints[Int($0)].name }
        guard let factory = configuration.endpointFactory, !names.isEmpty else {
            throw EngineError(.badEndpoint, "job \(state.terms.key) was never started; run it with its campaign file")
        }
        do {
            try await start(job, endpoints: try factory(names), options: options)
        } catch let error as EngineError {
            throw error
        } catch {
            throw EngineError(.badEndpoint, "\(error)")
        }
    }

    // MARK: Observation

    /// The newest state of a job's run, at most about ten times a second; the last value has its `ending`.
    public func progress(of job: JobID) -> AsyncStream<JobProgress> {
        state.channel(job).stream()
    }

    /// Waits until the job's run is over.
    public func ending(of job: JobID) async throws(EngineError) -> JobEnding {
        let channel = state.channel(job)
        var ending: JobEnding?
        for await progress in channel.stream() { ending = progress.ending ?? ending }
        if let ending = ending ?? channel.latest?.ending { return ending }
        throw channel.failure ?? EngineError(.stopped, "the engine was stopped")
    }

    /// A view of this engine's journal; a process must not open the journal a second time.
    public var reader: JournalReader { JournalReader(spine.store) }

    // MARK: Control

    /// Stops claiming for a job; what is under way gets its outcome. Returns when the event is durable.
    public func pause(_ job: JobID, reason: String) async throws(EngineError) {
        try await control(.pause(job: job.rawValue, reason: reason))
    }

    public func unpause(_ job: JobID) async throws(EngineError) {
        try await control(.unpause(job: job.rawValue))
    }

    /// Ends a job for good: it is not resumed.
    public func abort(_ job: JobID, reason: String) async throws(EngineError) {
        try await control(.abort(job: job.rawValue, reason: reason))
    }

    /// Records a person's decision about recipients in doubt; nil means all of the job's.
    ///
    /// - Parameter knowing: ``JobState/doubtsNamed`` when the person looked. A recipient that was sent to again since, and is in
    ///   doubt again, is not touched; nil settles whatever doubt there is.
    public func resolve(
        _ job: JobID, _ ordinals: [Ordinal]?, _ verdict: DoubtVerdict, evidence: String, knowing: UInt32? = nil
    ) async throws(EngineError) {
        try await control(
            .resolve(
                job: job.rawValue, ordinals: ordinals, verdict: verdict.rawValue, evidence: evidence, knowing: knowing))
    }

    package func control(_ request: ControlRequest) async throws(EngineError) {
        try await command { spine throws(EngineError) in try spine.apply(request, spine.now) }
    }

    /// Deletes everything that the log can give back: snapshots and the job index. For tests of law 4.
    package func deleteDerived() async throws(EngineError) {
        try await onThread { [self] () throws(EngineError) in
            var group = CommitGroup()
            group.deleteRanges = [
                TableDeleteRange(table: .snapshots, keys: 0...UInt64.max),
                TableDeleteRange(table: .jobs, keys: 0...UInt64.max),
            ]
            try commitFromOutside(group)
        }
    }

    // MARK: The end

    /// Stops: no more claims; outcomes under way are waited for up to the deadline; the log is closed.
    ///
    /// What has no outcome by then stays claimed in the log and is looked into by the next start. Safe to call twice.
    public func stop(deadline: Duration? = nil) async {
        let deadline = deadline ?? configuration.drainDeadline
        spine.stopSignal.withLock { $0 = $0 ?? .now + deadline }
        spine.inbox.put(.command { $0.stop(deadline: deadline) })
        await state.waitForEnd()
    }

    /// Why the engine ended by itself, if it did.
    public var failure: EngineError? { state.failure }

    /// Waits until the engine has ended.
    public func waitForEnd() async { await state.waitForEnd() }

    // MARK: Reaching the log thread

    /// Runs on the log thread; returns when what it decided is durable.
    private func command(_ body: @escaping @Sendable (Spine) throws(EngineError) -> Void) async throws(EngineError) {
        let result: Result<Void, EngineError> = await withCheckedContinuation { continuation in
            guard
                state.ifRunning({
                    spine.inbox.put(
                        .command { spine in spine.perform(body) { continuation.resume(returning: $0) } })
                })
            else {
                continuation.resume(returning: .failure(EngineError(.stopped, "the engine has ended")))
                return
            }
        }
        try result.get()
    }

    /// A commit asked for by another thread, which waits for it.
    private func commitFromOutside(_ group: CommitGroup) throws(EngineError) {
        let slot = ResultSlot()
        let accepted = state.ifRunning {
            spine.inbox.put(
                .command { spine in
                    do throws(EngineError) {
                        if spine.hasEnded { throw spine.failure ?? EngineError(.stopped, "the engine has ended") }
                        try spine.commitForCaller(group)
                        slot.fill(.success(()))
                    } catch {
                        slot.fill(.failure(error))
                    }
                })
        }
        guard accepted else { throw EngineError(.stopped, "the engine has ended") }
        try slot.wait().get()
    }

    /// Runs blocking work on a thread of its own, away from the cooperative pool.
    private func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws(EngineError) -> Value
    ) async throws(EngineError) -> Value {
        let result: Result<Value, EngineError> = await withCheckedContinuation { continuation in
            let thread = Thread {
                do throws(EngineError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        return try result.get()
    }
}
