/// The auditor's own, small model of one job.
struct JobAudit: Sendable {
    /// Raw values are for sentences: "the job is …".
    enum Stage: String, Sendable {
        /// Nothing seen yet.
        case unknown
        case created, running, paused, aborted, completed
        case abortedForGood = "aborted for good"
    }

    let job: JobID
    var stage = Stage.unknown
    /// A frame could not be read: nothing certain can be said any more.
    var isUnreadable = false

    var recipients: [RecipientAudit] = []
    var isImported = false
    var hasStarted = false
    /// Due times of recipients deferred at present, in milliseconds since 1970.
    var due: [Ordinal: Int64] = [:]
    var endpoints: [EndpointAudit] = []

    struct EndpointAudit: Sendable {
        var name: String
        var isRemoved = false
    }

    init(job: JobID) { self.job = job }

    /// An event of the job itself.
    mutating func rare(_ event: Event, at sequence: EventSequence, _ violations: inout LawViolations) {
        guard !isUnreadable else { return }
        if stage == .unknown {
            stage = .created
            guard case .jobCreated = event else {
                add(.order, sequence, "the job's events begin with \(event.typeName), not JobCreated", &violations)
                return rare(event, at: sequence, &violations)
            }
            return
        }
        switch event {
        case .jobCreated:
            add(.order, sequence, "JobCreated stands twice", &violations)
        case .recipientsImported(let total, _):
            imported(total, at: sequence, &violations)
        case .jobStarted(let names):
            started(names, at: sequence, &violations)
        case .jobPaused:
            if stage != .created, stage != .running { misplaced(event, sequence, &violations) }
            stage = .paused
        case .jobResumed:
            if stage != .paused { misplaced(event, sequence, &violations) }
            stage = hasStarted ? .running : .created
        case .jobAborted(_, let recoverable):
            if stage == .completed || stage == .abortedForGood { misplaced(event, sequence, &violations) }
            stage = recoverable ? .aborted : .abortedForGood
        case .jobCompleted(let tally):
            completed(tally, at: sequence, &violations)
        case .endpointFailed(let index, _, _, _), .endpointPaused(let index, _), .endpointRecovered(let index):
            _ = knows(index, event.typeName, sequence, &violations)
        case .endpointLimited(let index, _): _ = knows(index, event.typeName, sequence, &violations)
        case .destinationsLimited: break
        case .endpointRemoved(let index, _), .endpointSuspended(let index, _), .endpointWithdrawn(let index, _):
            if knows(index, event.typeName, sequence, &violations) { endpoints[Int(index)].isRemoved = true }
        case .endpointRestored(let index):
            if knows(index, event.typeName, sequence, &violations) { endpoints[Int(index)].isRemoved = false }
        case .recipient, .engineStarted, .engineStopped, .journalAdopted, .storeRecovered:
            break  // The auditor keeps them away from here.
        }
    }

    private mutating func imported(_ total: UInt32, at sequence: EventSequence, _ violations: inout LawViolations) {
        guard !isImported else {
            return add(.order, sequence, "RecipientsImported stands twice", &violations)
        }
        guard total <= recipientsMax else {
            return add(.logDecides, sequence, "\(total) recipients are more than a job can have", &violations)
        }
        isImported = true
        recipients = [RecipientAudit](repeating: RecipientAudit(), count: Int(total))
    }

    private mutating func started(_ names: [String], at sequence: EventSequence, _ violations: inout LawViolations) {
        if !isImported {
            add(.order, sequence, "JobStarted comes before RecipientsImported", &violations)
        }
        if stage != .created, stage != .running, stage != .aborted {
            add(.order, sequence, "JobStarted stands where the job is \(stage.rawValue)", &violations)
        }
        stage = .running
        hasStarted = true
        for name in names
        where !endpoints.contains(where: { EndpointState.identity($0.name) == EndpointState.identity(name) }) {
            guard endpoints.count < endpointsMax else {
                return add(.order, sequence, "the job uses more endpoints than it can", &violations)
            }
            endpoints.append(EndpointAudit(name: name))
        }
        let used = names.map { EndpointState.identity($0) }
        for index in endpoints.indices where !used.contains(EndpointState.identity(endpoints[index].name)) {
            endpoints[index].isRemoved = true
        }
    }

    /// Laws 1 and 3: at the end nothing is open, and the end's own counts are the log's.
    private mutating func completed(_ tally: Tally, at sequence: EventSequence, _ violations: inout LawViolations) {
        if stage != .running { misplaced(.jobCompleted(tally), sequence, &violations) }
        stage = .completed
        var counted = Tally()
        for recipient in recipients {
            switch recipient.standing {
            case .pending: counted.pending += 1
            case .claimed, .claimedAgain: counted.claimed += 1
            case .sent: counted.sent += 1
            case .failed: counted.failed += 1
            case .skipped: counted.skipped += 1
            case .inDoubt: counted.inDoubt += 1
            case .deferred: counted.deferred += 1
            }
        }
        let waiting = counted.pending + counted.deferred
        if waiting > 0 {
            add(.noSkip, sequence, "JobCompleted leaves \(waiting) of \(recipients.count) unsent", &violations)
        }
        if counted.claimed > 0 {
            add(.noUnnamedDoubt, sequence, "JobCompleted leaves \(counted.claimed) claims without outcome", &violations)
        }
        let settled = UInt64(tally.sent) + UInt64(tally.failed) + UInt64(tally.skipped) + UInt64(tally.inDoubt)
        if settled != UInt64(recipients.count) {
            add(
                .noSkip, sequence, "JobCompleted counts \(settled) outcomes for \(recipients.count) recipients",
                &violations)
        }
        if tally.sent != counted.sent || tally.failed != counted.failed || tally.skipped != counted.skipped
            || tally.inDoubt != counted.inDoubt
        {
            add(.logDecides, sequence, "JobCompleted counts otherwise than the log before it", &violations)
        }
    }

    private func misplaced(_ event: Event, _ sequence: EventSequence, _ violations: inout LawViolations) {
        add(.order, sequence, "\(event.typeName) stands where the job is \(stage.rawValue)", &violations)
    }

    private func knows(
        _ index: EndpointIndex, _ what: String, _ sequence: EventSequence, _ violations: inout LawViolations
    ) -> Bool {
        if Int(index) < endpoints.count { return true }
        add(.order, sequence, "\(what) names endpoint \(index), which no JobStarted named", &violations)
        return false
    }

    func add(
        _ law: LawViolation.Law, _ sequence: EventSequence, _ sentence: @autoclosure () -> String,
        _ violations: inout LawViolations
    ) {
        violations.add(LawViolation(law, job: job, at: sequence, sentence()))
    }
}
