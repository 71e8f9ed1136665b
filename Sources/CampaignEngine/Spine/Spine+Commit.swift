import CampaignDomain
import CampaignLog
import Logging
import Synchronization

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// Making a group durable, however long the disk takes to be writable again.
extension Spine {
    /// Writes all events decided in this turn in one transaction. Returns only when they are durable.
    func commit(_ now: Timestamp) throws(EngineError) {
        var group = CommitGroup()
        var written: [JobRun] = []
        if !journalEvents.isEmpty {
            group.frames.append(FrameDraft(journalEvents, job: .journal, time: now))
        }
        for run in touchedRuns() where !run.decision.events.isEmpty {
            group.frames.append(FrameDraft(run.decision.events, job: run.id, time: now))
            written.append(run)
        }
        group.deletes = deletes
        guard !group.frames.isEmpty || !group.deletes.isEmpty else { return }
        recordClaims(of: written)
        let began = clock.instant
        let head = try commitPatiently(group, endsOnStop: written.isEmpty)
        commitTime = clock.instant - began
        journalEvents.removeAll()
        if let recovery { journalEvents.append(recovery) }
        recovery = nil
        deletes.removeAll(keepingCapacity: true)
        var last = head.nextSequence - 1
        for run in written.reversed() {
            run.machine.committed(through: last, epoch: epoch)
            run.recorder?.committed()
            let count = run.decision.events.count
            last -= UInt64(count)
            run.eventsSinceSnapshot += Int(count)
            // A turn may commit twice; no event may be written twice.
            #if CAMPAIGN_MUTANTS
            if Mutant.turnWritesTwice.isPlanted { continue }
            #endif
            run.decision.events.removeAll()
        }
        try snapshotWhereDue()
    }

    /// Writes what a caller has put together, at the log's own time: its clock may be another one.
    func commitForCaller(_ group: CommitGroup) throws(EngineError) {
        var group = group
        #if CAMPAIGN_MUTANTS
        if Mutant.callerSetsTheTime.isPlanted {
            _ = try commitPatiently(group, endsOnStop: true)
            return
        }
        #endif
        for index in group.frames.indices { group.frames[index].time = now.milliseconds }
        _ = try commitPatiently(group, endsOnStop: true)
    }

    /// R7: a store that cannot be written pauses everything and is tried again; what is given up is not acknowledged to anyone.
    ///
    /// - Parameter endsOnStop: whether a stop ends the waiting at once instead of at the drain deadline. A job's outcomes
    ///   are worth waiting for; an import that is cut off, and the engine's own last word, are not.
    func commitPatiently(_ group: CommitGroup, endsOnStop: Bool) throws(EngineError) -> LogHead {
        do throws(LogError) {
            return try store.commit(group)
        } catch {
            return try retry(group, after: error, endsOnStop: endsOnStop)
        }
    }

    private func retry(
        _ group: CommitGroup, after first: LogError, endsOnStop: Bool
    ) throws(EngineError) -> LogHead {
        var error = first
        let began = clock.instant
        for attempt in 1...max(configuration.storeRetries, 1) {
            guard error.isRetryable, configuration.storeRetries > 0 else { throw EngineError(error) }
            logger.warning(
                "the journal cannot be written; sending is paused",
                metadata: ["reason": "\(error)", "attempt": "\(attempt) of \(configuration.storeRetries)"])
            publish(storeTrouble: "\(error)")
            guard wait(configuration.storeRetryInterval, endsOnStop: endsOnStop) else {
                throw EngineError(error)
            }
            do throws(LogError) {
                let head = try store.commit(group)
                let paused = (clock.instant - began).milliseconds
                logger.notice("the journal can be written again", metadata: ["paused": "\(paused) ms"])
                #if CAMPAIGN_MUTANTS
                if Mutant.recoveryToldAtOnce.isPlanted {
                    var events = EventEncoder()
                    events.append(.storeRecovered(reason: "", retries: 1, pausedMilliseconds: paused))
                    _ = try store.commit(CommitGroup(frames: [FrameDraft(events, job: .journal, time: now)]))
                    return head
                }
                #endif
                // Told with the next group: this one is in the log, and whatever happens now must not write it again.
                recovery = .storeRecovered(
                    reason: "\(first)", retries: UInt32(clamping: attempt), pausedMilliseconds: paused)
                return head
            } catch let next {
                error = next
            }
        }
        throw EngineError(
            .journalCannotBeWritten,
            "the journal could not be written \(configuration.storeRetries) times in a row: \(error); "
                + "nothing acknowledged is lost: mend it and run again")
    }

    /// Waits before the next attempt; false when the engine was told to stop and its time is over, or at once with
    /// `endsOnStop`.
    private func wait(_ interval: Duration, endsOnStop: Bool) -> Bool {
        let until = clock.instant + interval
        while clock.instant < until {
            clock.sleep(for: min(.milliseconds(50), max(.milliseconds(1), until - clock.instant)))
            if let asked = stopSignal.withLock({ $0 }), endsOnStop || clock.instant >= asked { return false }
        }
        return true
    }
}

extension FrameDraft {
    init(_ events: EventEncoder, job: JobID, time: Timestamp) {
        self.init(job: job.rawValue, time: time.milliseconds, count: events.count, payload: events.bytes)
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
