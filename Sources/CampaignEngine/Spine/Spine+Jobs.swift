import CampaignDomain
import CampaignLog

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// What the engine's API asks of the log thread about jobs.
extension Spine {
    /// Loads a job and begins its run.
    func start(
        _ job: JobID, endpoints: [any Endpoint], options: RunOptions, channel: ProgressChannel
    ) throws(EngineError) {
        guard drainUntil == nil else { throw EngineError(.stopped, "the engine is stopping") }
        if let old = run(job) {
            guard old.ending != nil else { throw EngineError(.jobConflict, "job \(job) is running already") }
            // What it decided in this turn must be in the log before the job is folded anew.
            try commit(now)
            remove([old])
        }
        guard let state = try JobLoader.load(job, store) else {
            throw EngineError(.noSuchJob, "there is no job \(job)")
        }
        var machine = JobMachine(state, options)
        if let obstacle = machine.obstacle(to: endpoints.map(EndpointSetup.init)) {
            throw EngineError(.badEndpoint, "job \(state.terms.key) cannot run: \(obstacle)")
        }
        let content = try JobContent(state, store)
        if let flightDeck { machine.evidence = try FlightEvidence.gather(state, store, flightDeck) }
        let run = JobRun(
            machine, content: content, endpoints: endpoints, store: store, inbox: inbox, channel: channel)
        run.recorder = flightRecorder(of: job, endpoints)
        add(run)
        run.start(now: now)
    }

    /// Carries out a person's request, on a running job or on one that no run is under way for.
    func apply(_ request: ControlRequest, _ now: Timestamp) throws(EngineError) {
        if let run = run(request.job), run.machine.isFinished, run.ending == nil {
            #if CAMPAIGN_MUTANTS
            if !Mutant.requestAfterTheEnd.isPlanted {
                try commit(now)
                try act()
            }
            #else
            // Its run ended in this very turn: what is asked now is asked of the job as that leaves it.
            try commit(now)
            try act()
            #endif
        }
        let run = try run(of: request.job)
        switch request {
        case .pause(_, let reason):
            run.machine.pause(reason: reason, now: now, &run.decision)
        case .unpause:
            run.machine.unpause(now: now, &run.decision)
        case .abort(_, let reason):
            run.machine.abort(reason: reason, now: now, &run.decision)
        case .endpoint(_, let name, let request):
            try run.machine.apply(request, to: name, now: now, &run.decision)
        case .resolve(_, let ordinals, let verdict, let evidence, let knowing):
            guard let verdict = DoubtVerdict(rawValue: verdict) else {
                throw EngineError(.badInput, "unknown verdict \(verdict)")
            }
            let chosen = ordinals ?? run.machine.state.ordinals(in: .inDoubt)
            for ordinal in chosen {
                _ = run.machine.resolve(
                    ordinal, verdict, evidence: evidence, knowing: knowing ?? .max, now: now, &run.decision)
            }
        }
    }

    private func run(of job: JobID) throws(EngineError) -> JobRun {
        if let run = run(job) { return run }
        guard let state = try JobLoader.load(job, store) else {
            throw EngineError(.noSuchJob, "there is no job \(job)")
        }
        let run = JobRun(
            JobMachine(state), content: nil, endpoints: [], store: store, inbox: inbox, channel: ProgressChannel())
        // Not started: it takes the request and nothing else.
        run.ending = .stopped
        add(run)
        return run
    }
}
