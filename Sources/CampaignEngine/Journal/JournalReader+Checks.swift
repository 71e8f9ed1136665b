public import CampaignDomain
import CampaignLists
import CampaignLog

/// The questions of an auditor.
extension JournalReader {
    /// Checks the laws on the whole log, and that what is derived from it says the same (law 4), byte for byte.
    public func audit() throws(EngineError) -> [LawViolation] {
        var auditor = LawAuditor()
        var damage: LawViolation?
        do {
            try store.scan(from: 1) { header, payload in
                auditor.frame(payload, FrameContext(header))
                return true
            }
        } catch let LogError.corrupted(sequence, reason) {
            damage = LawViolation(.logDecides, job: .journal, at: sequence ?? 0, "the log is damaged: \(reason)")
        } catch {
            throw EngineError.wrapping(error)
        }
        var violations = auditor.finish() + (damage.map { [$0] } ?? [])
        let folded: [JobState]
        do throws(EngineError) {
            folded = try JobLoader.loadAll(store, usesSnapshot: false)
        } catch {
            // What cannot be folded has been reported above, with its place.
            if violations.isEmpty { throw error }
            return violations
        }
        for state in folded {
            violations += try derivedViolations(state)
        }
        return violations
    }

    /// Folds a job from its first event and compares with what its snapshot leads to. Nil when they are the same.
    public func replayDifference(_ job: JobID) throws(EngineError) -> String? {
        guard let folded = try JobLoader.load(job, store, usesSnapshot: false) else {
            throw EngineError(.noSuchJob, "there is no job \(job)")
        }
        return try derivedViolations(folded).first?.sentence
    }

    private func derivedViolations(_ folded: JobState) throws(EngineError) -> [LawViolation] {
        var found: [LawViolation] = []
        func report(_ sentence: String) {
            found.append(LawViolation(.logDecides, job: folded.id, at: folded.sequence, sentence))
        }
        // An engine may commit between the two folds: compare at the same event.
        if let cached = try JobLoader.load(folded.id, store, until: folded.sequence),
            cached.encoded() != folded.encoded()
        {
            report("the state from the snapshot differs from the fold of the log")
        }
        var rows: UInt32 = 0
        try countRows(folded.id) { rows += $0 }
        if rows != UInt32(folded.recipients.count) {
            report("the list holds \(rows) rows, the log \(folded.recipients.count) recipients")
        }
        return found
    }

    private func countRows(_ job: JobID, _ count: (UInt32) -> Void) throws(EngineError) {
        do {
            let keys = JournalKeys.allRecipients(job)
            try store.scan(.recipients, from: .number(keys.lowerBound)) { key, value in
                guard case .number(let number) = key, keys.contains(number) else { return false }
                count(UInt32(try RecipientChunk(value.copy(0..<value.byteCount)).rowsTotal))
                return true
            }
        } catch {
            throw EngineError.wrapping(error)
        }
    }

    /// Recomputes every hash of the log. With `expectedHead` (64 hexadecimal digits) also that the log passes through that root.
    public func verify(expectedHead: String? = nil) throws(EngineError) -> LogVerification {
        var expected: MerkleRoot?
        if let expectedHead {
            guard let root = MerkleRoot(hex: expectedHead) else {
                throw EngineError(.badInput, "\(expectedHead) is not a Merkle root: 64 hexadecimal digits are expected")
            }
            expected = root
        }
        do {
            let report = try LogVerifier.verify(store, expectedHead: expected)
            return LogVerification(
                isSound: report.ok, frames: report.frames, events: report.events, head: "\(report.head)",
                firstBad: report.firstBad, reason: report.reason)
        } catch {
            throw EngineError.wrapping(error)
        }
    }

    /// What a start would do now, without doing it.
    public func resumePoint(_ job: JobID, now: Timestamp = .current) throws(EngineError) -> ResumePoint {
        let state = try state(job)
        let pending = state.ordinals(in: .pending)
        let deferred = state.ordinals(in: .deferred)
        let dueTimes = deferred.compactMap { state.dueTime(of: $0) }
        let dueNow = UInt32(dueTimes.count { $0 <= now })
        return ResumePoint(
            summary: JobSummary(state, engineIsRunning: engineHolder() != nil), sequence: state.sequence,
            next: pending.first, pending: UInt32(pending.count), dueNow: dueNow,
            dueLater: UInt32(deferred.count) - dueNow, nextDue: dueTimes.min(), claimed: state.ordinals(in: .claimed),
            inDoubt: state.ordinals(in: .inDoubt))
    }
}
