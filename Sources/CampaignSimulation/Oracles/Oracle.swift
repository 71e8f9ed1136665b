import CampaignDomain
import CampaignEngine
import CampaignLog

/// Knows what really happened: what was accepted, and what is durable. Compares, and remembers the first broken promise.
final class Oracle {
    /// One recipient as the servers see it.
    struct Addressee {
        var copies = 0
        var key: String?
    }

    private unowned let world: World
    private(set) var violation: Violation?
    /// By the job's position in the world's options.
    private(set) var ledger: [[Addressee]]
    /// By the job's number in the journal.
    private(set) var jobs: [JobID: ReferenceJob] = [:]
    /// The frames that the engine was told are durable, as they were then.
    private(set) var frames: [[UInt8]] = []
    private(set) var eventCount = 0
    /// How often the log says that the journal has changed hands.
    private(set) var adoptions = 0
    private var lastTime: Int64 = .min
    private var nextSequence: UInt64 = 1
    private var requests: [ControlRequest] = []

    init(_ world: World, listLengths: [Int]) {
        self.world = world
        ledger = listLengths.map { Array(repeating: Addressee(), count: $0) }
    }

    func fail(_ promise: Violation.Promise, _ sentence: @autoclosure () -> String) {
        guard violation == nil else { return }
        violation = Violation(promise: promise, sentence: sentence(), time: world.time)
        world.note("VIOLATION \(promise.rawValue): \(sentence())")
    }

    // MARK: The servers' side

    /// A delivery begins: its claim must be on the disk.
    func expectClaimed(_ job: Int, _ delivery: Delivery, by endpoint: String) {
        guard let reference = jobs[delivery.job], Int(delivery.ordinal) < reference.recipients.count else {
            return fail(.claimFirst, "recipient \(delivery.ordinal) is delivered, its job is not in the log")
        }
        let recipient = reference.recipients[Int(delivery.ordinal)]
        let claimant = recipient.endpoint.map { reference.endpoints[Int($0)] }
        if recipient.standing != .claimed || claimant != endpoint {
            fail(
                .claimFirst,
                "recipient \(delivery.ordinal) is delivered to \(endpoint), the log has it \(recipient.standing.rawValue) "
                    + "at \(claimant ?? "none")")
        }
    }

    func accepted(_ job: Int, _ delivery: Delivery) {
        let number = delivery.recipient.dropFirst().prefix { $0 != "@" }
        guard Int(number) == Int(delivery.ordinal) else {
            return fail(.noSkip, "recipient \(delivery.ordinal) is sent to \(delivery.recipient)")
        }
        accepted(job, delivery.ordinal, key: "\(delivery.key)")
    }

    func accepted(_ job: Int, _ ordinal: Ordinal, key: String) {
        let index = Int(ordinal)
        ledger[job][index].copies += 1
        world.note("job \(job + 1) recipient \(index) accepted, copy \(ledger[job][index].copies)")
        if let known = ledger[job][index].key, known != key {
            fail(.keyIsStable, "recipient \(index) has the keys \(known) and \(key)")
        }
        ledger[job][index].key = key
        checkCopies(job, index)
    }

    func isAccepted(_ job: Int, _ ordinal: Ordinal) -> Bool { ledger[job][Int(ordinal)].copies > 0 }

    /// Law 2: one copy, and one more each time that someone decided so.
    private func checkCopies(_ job: Int, _ index: Int) {
        let reference = jobs[JobID(UInt32(world.number(of: job)))]
        let allowed = 1 + (reference.map { index < $0.recipients.count ? $0.recipients[index].resends : 0 } ?? 0)
        let copies = ledger[job][index].copies
        if copies > allowed { fail(.noSecondCopy, "recipient \(index) of job \(job + 1) got \(copies) copies") }
    }

    // MARK: The log's side

    /// Takes in what has become durable since the last look.
    func follow(_ journal: MemoryJournal) {
        while violation == nil, let frame = journal.frame(at: frames.count) {
            frames.append(frame)
            do {
                let header = try unsafe FrameCodec.decode(frame.span.bytes, storedAt: nextSequence)
                nextSequence = header.nextSequence
                let payload = unsafe frame.span.bytes.extracting(droppingFirst: FrameHeader.sizeBytes)
                let events = try EventCursor.events(payload, count: header.count)
                if header.time < lastTime {
                    fail(.logDecides, "the journal's time goes back by \(lastTime - header.time) ms")
                }
                lastTime = max(lastTime, header.time)
                for (position, event) in events.enumerated() {
                    take(event, JobID(header.job), at: header.firstSequence + UInt64(position))
                }
            } catch {
                fail(.logDecides, "frame \(frames.count) cannot be read: \(error)")
            }
        }
    }

    private func take(_ event: Event, _ job: JobID, at sequence: EventSequence) {
        eventCount += 1
        world.note("event \(sequence) job \(job): \(event)")
        world.mark(event)
        world.script?.count(event)
        if case .journalAdopted = event { adoptions += 1 }
        if case .jobAborted(let reason, false) = event, !world.abortsAsked.contains(job.rawValue) {
            fail(.liveness, "job \(job) was aborted for good by no one: \(reason)")
        }
        if case .recipient(let ordinal, .claimed) = event, world.process?.claimsNoMore == true, world.zombie == nil {
            fail(.stopsInTime, "recipient \(ordinal) is claimed after the engine was told to stop")
        }
        guard job != .journal else { return }
        if case .recipient(_, .inDoubtResolved(let verdict, _)) = event, verdict != .sent,
            jobs[job]?.phase == "completed"
        {
            world.marks.hit(.jobReopened)
        }
        if let wrong = jobs[job, default: ReferenceJob()].apply(event, at: sequence) {
            fail(.logDecides, "event \(sequence): \(wrong)")
        }
        if case .recipient(let ordinal, .inDoubt(let endpoint, let reason)) = event {
            checkEvidence(job, ordinal, endpoint, reason)
        }
        if case .recipient(let ordinal, .claimed) = event { world.flights.claimed(job, ordinal) }
        guard case .recipient(_, .claimed(let endpoint)) = event, let reference = jobs[job] else { return }
        checkDestinations(job, reference)
        // Law 3: what a crash can leave in doubt is bounded by the lanes at every moment.
        let lanes = world.lanes(of: reference.endpoints[Int(endpoint)])
        if reference.openClaims[Int(endpoint)] > lanes {
            fail(.noUnnamedDoubt, "\(reference.openClaims[Int(endpoint)]) claims are open at \(lanes) lanes")
        }
    }

    /// After the death of a process, doubt is only about what was being handed over, where there was a flight record.
    private func checkEvidence(_ job: JobID, _ ordinal: Ordinal, _ endpoint: EndpointIndex, _ reason: String) {
        guard reason.hasPrefix("the engine ended between claim and outcome"), let reference = jobs[job] else { return }
        let name = reference.endpoints[Int(endpoint)]
        guard world.options.servers.first(where: { $0.name == name })?.recordsHandover == true else { return }
        if world.flights.mustKnow(job, ordinal) {
            fail(.noNeedlessDoubt, "recipient \(ordinal) of job \(job) is in doubt, and its record was whole")
        }
    }

    /// Claims without outcome, by job and recipient.
    var openClaims: [(JobID, Ordinal)] {
        jobs.keys.sorted().flatMap { job in
            (jobs[job]?.recipients ?? []).enumerated().compactMap { index, recipient in
                recipient.standing == .claimed ? (job, Ordinal(index)) : nil
            }
        }
    }

    /// No mail domain has more under way than its limit.
    private func checkDestinations(_ job: JobID, _ reference: ReferenceJob) {
        guard let plan = world.options.jobs.indices.first(where: { world.number(of: $0) == job.rawValue }) else {
            return
        }
        let limits = world.options.jobs[plan].destinations
        guard !limits.isEmpty else { return }
        var open: [String: UInt32] = [:]
        for (index, recipient) in reference.recipients.enumerated() where recipient.standing == .claimed {
            open[SimulatedList.domain(index), default: 0] += 1
        }
        for (domain, count) in open.sorted(by: { $0.key < $1.key }) {
            let limit = limits.named.first { $0.domain == domain }?.limit ?? limits.standard
            if limit.concurrency > 0, count > limit.concurrency {
                fail(.paced, "\(count) messages to \(domain) are under way, \(limit.concurrency) may be")
            }
        }
    }

    /// Law 5: what was acknowledged is there, byte for byte. What was not may be there too.
    func checkPrefix(_ journal: MemoryJournal) {
        guard journal.frameCount >= frames.count else {
            return fail(
                .acknowledgedIsDurable, "\(frames.count) frames were acknowledged, \(journal.frameCount) are left")
        }
        for (index, frame) in frames.enumerated() where journal.frame(at: index) != frame {
            return fail(.acknowledgedIsDurable, "frame \(index) is not what was acknowledged")
        }
    }

    /// What someone is shown must be in the log.
    func checkShown(_ progress: JobProgress) {
        guard let reference = jobs[progress.summary.job] else {
            return fail(.acknowledgedIsDurable, "job \(progress.summary.job) is shown, and is not in the log")
        }
        if progress.summary.sequence > reference.lastSequence {
            fail(
                .acknowledgedIsDurable,
                "event \(progress.summary.sequence) is shown, the log ends at \(reference.lastSequence)")
        }
        if progress.summary.sequence == reference.lastSequence,
            let difference = reference.difference(from: progress.summary.tally)
        {
            fail(.conservation, "what is shown is not in the log: \(difference)")
        }
    }

    /// Law 4: the engine's state is the log's, by a model of its own.
    func compare(_ states: [JobState], _ what: String) {
        for state in states {
            guard let reference = jobs[state.id] else {
                fail(.logDecides, "\(what): job \(state.id) is not in the log")
                continue
            }
            if let difference = reference.difference(from: state) { fail(.logDecides, "\(what): \(difference)") }
            if state.tally.total != UInt32(reference.recipients.count) {
                fail(.conservation, "\(what): the counters add up to \(state.tally.total)")
            }
        }
        let missing = jobs.keys.filter { id in !states.contains { $0.id == id } }
        if let job = missing.min() { fail(.logDecides, "\(what): job \(job) is missing") }
    }

    /// Someone was told that this request is in the journal: it must be carried out, however often the engine dies.
    func requested(_ request: ControlRequest) { requests.append(request) }

    private func checkRequests() {
        for request in requests {
            switch request {
            case .abort(let job, _):
                guard let reference = jobs[JobID(job)] else { continue }
                if reference.phase != "aborted", !reference.wasCompleted {
                    fail(.acknowledgedIsDurable, "job \(job) was to be aborted and is \(reference.phase)")
                }
            case .resolve(let job, let ordinals, _, _, let knowing):
                for ordinal in ordinals ?? [] {
                    guard let recipient = jobs[JobID(job)]?.recipients[Int(ordinal)] else { continue }
                    if recipient.standing == .inDoubt, recipient.doubt <= knowing ?? .max {
                        fail(.acknowledgedIsDurable, "recipient \(ordinal) is in doubt still, a decision was requested")
                    }
                }
            case .pause, .unpause, .endpoint: break
            }
        }
    }

    // MARK: The end

    /// Laws 1 to 3 for every recipient of a job.
    func checkEnd(_ job: Int) {
        checkRequests()
        guard let reference = jobs[JobID(UInt32(world.number(of: job)))] else {
            return fail(.noSkip, "job \(job + 1) is not in the log")
        }
        for (index, recipient) in reference.recipients.enumerated() {
            let copies = ledger[job][index].copies
            let who = "recipient \(index) of job \(job + 1)"
            switch recipient.standing {
            case .sent:
                if copies == 0 { fail(.noSkip, "\(who) counts as sent and got nothing") }
            case .inDoubt: break
            case .claimed: fail(.noUnnamedDoubt, "\(who) is claimed at the end")
            case .pending, .deferred, .failed, .skipped:
                if copies > recipient.resends {
                    fail(.noUnnamedDoubt, "\(who) got \(copies) copies and is \(recipient.standing.rawValue)")
                }
            }
            if recipient.standing == .pending || recipient.standing == .deferred, reference.phase == "completed" {
                fail(.noSkip, "\(who) is \(recipient.standing.rawValue) in a completed job")
            }
            checkCopies(job, index)
        }
    }
}
