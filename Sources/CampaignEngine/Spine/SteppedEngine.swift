package import CampaignDomain
import CampaignLog
import Synchronization

/// The engine without its thread: whoever owns it makes its turns happen. For the simulator.
///
/// It is the very code that the log thread runs; only the waiting is left out. Used from one thread.
package final class SteppedEngine {
    private let spine: Spine
    package let epoch: UInt64
    /// Why it ended by itself, once it has.
    package var failure: EngineError? { spine.failure }

    /// Takes the journal's lock and begins a new epoch, as ``CampaignEngine/open(journal:configuration:)`` does.
    package init(
        opening site: any JournalSite, configuration: EngineConfiguration, clock: any EngineClock
    ) throws(EngineError) {
        let opened = try EngineJournal.open(site, configuration, clock)
        epoch = opened.epoch
        spine = Spine(
            store: opened.store, epoch: opened.epoch, inbox: Inbox(), configuration: configuration, clock: clock,
            notBefore: opened.time, flightDeck: opened.flightDeck)
        spine.onEnd = { _ in opened.release() }
    }

    // MARK: Jobs

    /// Creates a job from its list, or finds it; all of its commits happen before this returns.
    package func createJob(
        _ definition: JobDefinition, recipients: RecipientSource
    ) throws(EngineError) -> CreatedJob {
        let spine = spine
        let creation = JobCreation(definition, recipients, nil, spine.clock) { group throws(EngineError) in
            try spine.commitForCaller(group)
        }
        return try creation.run(spine.store)
    }

    /// All jobs as the log has them, by id: from their snapshots where those are sound, or from their first event.
    package func jobs(usesSnapshot: Bool = true) throws(EngineError) -> [JobState] {
        try JobLoader.loadAll(spine.store, usesSnapshot: usesSnapshot)
    }

    /// Begins a job's run with the next turn. `progress` hears of every value that anyone could see.
    package func start(
        _ job: JobID, endpoints: [any Endpoint], options: RunOptions = RunOptions(),
        progress: @escaping @Sendable (JobProgress) -> Void,
        _ completion: @escaping @Sendable (Result<Void, EngineError>) -> Void
    ) {
        perform(
            { spine throws(EngineError) in
                let channel = ProgressChannel(observer: progress)
                try spine.start(job, endpoints: endpoints, options: options, channel: channel)
            }, completion)
    }

    /// Carries out a person's request with the next turn; `completion` is called once it is durable.
    package func control(
        _ request: ControlRequest, _ completion: @escaping @Sendable (Result<Void, EngineError>) -> Void
    ) {
        perform({ spine throws(EngineError) in try spine.apply(request, spine.now) }, completion)
    }

    private func perform(
        _ body: @escaping @Sendable (Spine) throws(EngineError) -> Void,
        _ completion: @escaping @Sendable (Result<Void, EngineError>) -> Void
    ) {
        spine.inbox.put(.command { $0.perform(body, completion) })
    }

    // MARK: Turns

    /// One turn of the log thread; false when the engine has ended, by a stop or by its ``failure``.
    package func turn() -> Bool { spine.step(waiting: false) }

    /// Milliseconds until a turn is wanted although nothing is reported; nil when only a report can help. The log thread
    /// would look for requests in the journal every 100 ms all the same.
    package var millisecondsToWake: Int? { spine.millisecondsToWake() }

    /// Asks for a stop at the next turn.
    package func stop(deadline: Duration) {
        spine.stopSignal.withLock { $0 = $0 ?? spine.clock.instant + deadline }
        spine.inbox.put(.command { $0.stop(deadline: deadline) })
    }

    // MARK: Looking in

    /// The live state of a job that is running here.
    package func liveState(of job: JobID) -> JobState? { spine.untouchedRun(job)?.machine.state }

    /// Deliveries without outcome of a job that is running here; nil when it is not.
    package func inFlight(of job: JobID) -> Int? { spine.untouchedRun(job)?.machine.inFlight }
}
