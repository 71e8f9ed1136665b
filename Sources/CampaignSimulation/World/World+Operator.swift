import CampaignDomain
import CampaignEngine
import CampaignLog

/// The people around the engine: one starts it again whenever it is gone, others ask things of it.
extension World {
    /// Starts the engine, and goes on with every job.
    func open() {
        disturbJournal()
        guard !hasFailed else { return }
        processCount += 1
        let process = EngineProcess(number: processCount, self)
        self.process = process
        note("process \(process.number) starts")
        do throws(EngineError) {
            let engine = try openEngine(process)
            process.engine = engine
            guard process.isAlive else { return }
            try recovered(engine)
            try createJobs(process, engine)
            for job in jobs.indices where !isOver(job) { start(job, process, engine) }
        } catch {
            refused(process, error)
        }
    }

    private func openEngine(_ process: EngineProcess) throws(EngineError) -> SteppedEngine {
        configuration.adopts = false
        guard journal.isForeign(to: host) else {
            return try SteppedEngine(
                opening: SimulatedSite(process, self), configuration: configuration, clock: clock)
        }
        do throws(EngineError) {
            _ = try SteppedEngine(opening: SimulatedSite(process, self), configuration: configuration, clock: clock)
            oracle.fail(.rightHost, "a copied journal was opened without being adopted")
        } catch {
            guard process.isAlive, error.code == .journalOfAnotherHost else { throw error }
            marks.hit(.foreignHostRefused)
        }
        configuration.adopts = true
        let engine = try SteppedEngine(
            opening: SimulatedSite(process, self), configuration: configuration, clock: clock)
        return engine
    }

    /// What a start must have found: everything acknowledged, and the states that the log tells.
    private func recovered(_ engine: SteppedEngine) throws(EngineError) {
        oracle.checkPrefix(journal)
        oracle.follow(journal)
        if wasMoved { adoptions += 1 }
        wasMoved = false
        if oracle.adoptions != adoptions {
            oracle.fail(.rightHost, "the journal was taken over \(adoptions) times, the log tells \(oracle.adoptions)")
        }
        let fast = try engine.jobs()
        let slow = try engine.jobs(usesSnapshot: false)
        oracle.compare(slow, "after recovery")
        if fast.map({ $0.encoded() }) != slow.map({ $0.encoded() }) {
            oracle.fail(.logDecides, "the state from the snapshot is not the state from the log")
        }
        if journal.hasSnapshots { marks.hit(.snapshotUsed) }
    }

    private func createJobs(_ process: EngineProcess, _ engine: SteppedEngine) throws(EngineError) {
        for job in jobs.indices {
            guard jobs[job].id == nil || script == nil && random.operation.chance(perMille: 100) else { continue }
            process.isImporting = true
            defer { process.isImporting = false }
            let created = try engine.createJob(definition(job), recipients: lists[options.jobs[job].list].source)
            if let known = jobs[job].id {
                marks.hit(.jobCreatedTwice)
                if created.isNew || created.id != known {
                    oracle.fail(.logDecides, "job \(known) was created a second time as job \(created.id)")
                }
            }
            jobs[job].id = created.id
        }
    }

    private func definition(_ job: Int) -> JobDefinition {
        let plan = options.jobs[job]
        return JobDefinition(
            key: jobs[job].key, from: "a@example.test", subject: "s", text: Template("Dear {{name}}", name: "text"),
            retry: plan.retry, inDoubt: plan.inDoubt, ratePerHour: plan.ratePerHour)
    }

    /// The engine could not be opened, or its list not stored.
    private func refused(_ process: EngineProcess, _ error: EngineError) {
        guard process.isAlive else { return }
        note("process \(process.number) gives up: \(error)")
        let isStoreTrouble = error.code == .journalCannotBeWritten || error.code == .journalCannotBeCreated
        if !isStoreTrouble || isHealed { oracle.fail(.engineWorks, "process \(process.number) gave up: \(error)") }
        marks.hit(.storeDownForGood)
        process.die()
    }

    func start(_ job: Int, _ process: EngineProcess, _ engine: SteppedEngine) {
        guard let id = jobs[job].id, !jobs[job].isRunning else { return }
        jobs[job].isRunning = true
        jobs[job].ending = nil
        note("job \(id) is started")
        let endpoints = options.jobs[job].servers.map { endpoint($0, job, process) }
        // A run may hold what the job's terms send again; the run after it takes those doubts up.
        let holds = options.jobs[job].inDoubt == .resend && !isHealed && random.operation.chance(perMille: 200)
        engine.start(
            id, endpoints: endpoints,
            options: RunOptions(inDoubt: holds ? .hold : nil, destinations: options.jobs[job].destinations),
            progress: { [unowned self] in shown(job, process, $0) },
            { [unowned self] result in
                guard process.isAlive, process !== zombie, case .failure(let error) = result else { return }
                jobs[job].isRunning = false
                if ![.stopped, .journalCannotBeWritten, .journalInUse].contains(error.code) {
                    oracle.fail(.engineWorks, "job \(id) was not started: \(error)")
                }
            })
        process.wake()
    }

    private func endpoint(_ server: Int, _ job: Int, _ process: EngineProcess) -> any Endpoint {
        let name = options.servers[server].name
        if let box = boxes.first(where: { $0.options.name == name }) {
            return DropEndpoint(box, job: job, process, self)
        }
        guard let mail = servers.first(where: { $0.options.name == name }) else {
            preconditionFailure("no server is called \(name)")
        }
        let endpoint = MailEndpoint(mail, job: job, process, self)
        process.mail.append(endpoint)
        return endpoint
    }

    /// What anyone who watches the job sees.
    private func shown(_ job: Int, _ process: EngineProcess, _ progress: JobProgress) {
        guard process.isAlive, process !== zombie else { return }
        oracle.checkShown(progress)
        guard let ending = progress.ending else { return }
        note("job \(job + 1) ended: \(ending)")
        jobs[job].ending = ending
        jobs[job].isRunning = false
        if progress.inFlight != 0, ending != .stopped {
            oracle.fail(.conservation, "job \(job + 1) ended with \(progress.inFlight) under way")
        }
        switch ending {
        case .completed:
            marks.hit(.jobCompleted)
            if options.jobs[job].ratePerHour > 0 { marks.hit(.rateLimited) }
            if progress.summary.tally.open != 0 {
                oracle.fail(
                    .conservation, "job \(job + 1) is complete with \(progress.summary.tally.open) in its queue")
            }
        case .abortedRecoverably: if isHealed { jobs[job].hopelessRuns += 1 }
        case .aborted, .stopped: break
        }
    }

    /// An engine has ended by itself: told to stop, or by an error.
    func ended(_ process: EngineProcess, _ failure: EngineError?) {
        note("process \(process.number) has ended: \(failure.map { "\($0)" } ?? "stopped")")
        if let failure {
            script?.engineGaveUp()
            switch failure.code {
            case .journalCannotBeWritten where !isHealed: marks.hit(.storeDownForGood)
            case .journalInUse where process === zombie: marks.hit(.engineFenced)
            default: oracle.fail(.engineWorks, "process \(process.number) gave up: \(failure)")
            }
        } else {
            checkStop(process)
        }
        process.die()
    }

    /// R26: a stop ends within its deadline and the seconds given to endpoints to close.
    private func checkStop(_ process: EngineProcess) {
        guard let asked = process.stopAskedAt else { return oracle.fail(.engineWorks, "it stopped without being told") }
        marks.hit(time - asked < Self.drainMilliseconds ? .stoppedCleanly : .stoppedAtDeadline)
        if time - asked > Self.drainMilliseconds + 15_000, !process.wasSuspended {
            oracle.fail(.stopsInTime, "a stop took \(time - asked) ms")
        }
    }

    // MARK: Requests

    func people(_ process: EngineProcess, _ engine: SteppedEngine) {
        guard process.isReady, let job = jobs.indices.randomOne(&random.operation), let id = jobs[job].id else {
            return
        }
        if happens(.pause) { ask(.pause(job: id.rawValue, reason: "someone's"), engine) }
        if happens(.unpause) { ask(.unpause(job: id.rawValue), engine) }
        if isDoneButPaused(id), happens(.resolve) {
            // Nothing is left but the doubts: one goes on with the job and says what became of them, in one breath.
            ask(.unpause(job: id.rawValue), engine)
            resolve(job, id, engine)
        }
        if let name = oracle.jobs[id]?.endpoints.randomOne(&random.operation) {
            decide(id, name, engine)
        }
        if happens(.abort) { ask(.abort(job: id.rawValue, reason: "someone's"), engine) }
        if happens(.resolve) || isWatched(id) { resolve(job, id, engine) }
        if happens(.restartAfterEnd), !isOver(job), !process.isStopping { start(job, process, engine) }
    }

    /// Someone has something against an endpoint, or nothing any more.
    private func decide(_ id: JobID, _ name: String, _ engine: SteppedEngine) {
        func ask(_ request: EndpointRequest) {
            self.ask(.endpoint(job: id.rawValue, name: name, request), engine)
        }
        if happens(.suspendEndpoint) { ask(.suspend(reason: "someone's")) }
        if happens(.withdrawEndpoint) { ask(.withdraw(reason: "someone's")) }
        if happens(.restoreEndpoint) { ask(.restore) }
        if happens(.limitEndpoint) {
            let connections = UInt32(1 + random.operation.below(4))
            let rate: UInt32? = random.operation.chance(perMille: 300) ? 36_000 : nil
            ask(
                random.operation.chance(perMille: 300)
                    ? .unlimit : .limit(connections: connections, ratePerHour: rate, weight: nil))
        }
    }

    private func isDoneButPaused(_ id: JobID) -> Bool {
        guard let reference = oracle.jobs[id], reference.phase == "paused", reference.hasStarted else { return false }
        let open = reference.count(.pending) + reference.count(.claimed) + reference.count(.deferred)
        return open == 0 && reference.count(.inDoubt) > 0
    }

    /// Whoever waits for a job's end looks at what is in doubt just then.
    private func isWatched(_ id: JobID) -> Bool {
        guard let reference = oracle.jobs[id], reference.count(.inDoubt) > 0 else { return false }
        let open = reference.count(.pending) + reference.count(.claimed) + reference.count(.deferred)
        return open <= 1 && random.operation.chance(perMille: 5 * rate(.resolve))
    }

    /// Over the engine's interface, or through the journal as another process would.
    func ask(_ request: ControlRequest, _ engine: SteppedEngine) {
        note("someone asks: \(request)")
        if case .abort(let job, _) = request { abortsAsked.insert(job) }
        process?.wake()
        if random.operation.chance(perMille: 300) {
            marks.hit(.requestThroughJournal)
            requestCount += 1
            let put = try? request.tablePut(time: clock.timeOfDay, processID: Int32(requestCount % 4_000_000))
            if let put {
                journal.put(put)
                oracle.requested(request)
            }
        } else {
            let process = process
            engine.control(request) { [unowned self] result in
                guard let process, process.isAlive else { return }
                guard case .failure(let error) = result else { return answered(request) }
                if ![.stopped, .journalCannotBeWritten, .journalInUse].contains(error.code) {
                    oracle.fail(.engineWorks, "\(request) was refused: \(error)")
                }
            }
        }
    }

    /// Someone was told that this is done: it must be in the log.
    private func answered(_ request: ControlRequest) {
        guard case .abort(let job, _) = request, let reference = oracle.jobs[JobID(job)] else { return }
        if reference.phase != "aborted", !reference.wasCompleted {
            oracle.fail(.acknowledgedIsDurable, "job \(job) is said to be aborted; in the log it is \(reference.phase)")
        }
    }

    /// Someone has looked into the server's log, and tells the truth.
    private func resolve(_ job: Int, _ id: JobID, _ engine: SteppedEngine) {
        guard zombie == nil, let reference = oracle.jobs[id] else { return }
        let doubtful = reference.recipients.indices.filter { reference.recipients[$0].standing == .inDoubt }
        guard let index = doubtful.randomOne(&random.operation), !isOnItsWay(job, Ordinal(index)) else { return }
        let verdict: DoubtVerdict = oracle.isAccepted(job, Ordinal(index)) ? .sent : .notSent
        let request = ControlRequest.resolve(
            job: id.rawValue, ordinals: [Ordinal(index)], verdict: verdict.rawValue, evidence: "the log",
            knowing: reference.doubtsNamed)
        ask(request, engine)
        // Nothing seems to happen, so they ask again.
        if random.operation.chance(perMille: 300) { ask(request, engine) }
    }
}

extension RandomAccessCollection {
    func randomOne(_ random: inout SplitMix64) -> Element? {
        isEmpty ? nil : self[index(startIndex, offsetBy: random.below(count))]
    }
}
