import CampaignDomain

/// When two worlds are the same.
extension SmallWorld {
    /// Writes the world in a canonical form: worlds with equal bytes have the same future.
    ///
    /// Left out, because nothing that happens depends on it: absolute times (all are relative to now, and overdue is
    /// due now), sequences and epochs, texts, counters that are only shown (an endpoint's `sent` and `failures`), the
    /// attempts and the endpoint of settled recipients, the order of the work under way. The log itself and the auditor are
    /// not part of it either: each step is checked on the log of the path by which its world was met first.
    func appendCanonical(_ rules: SmallWorldConfiguration, to bytes: inout [UInt8]) {
        for left in [crashesLeft, faultsLeft, controlsLeft] { bytes.append(UInt8(clamping: left ?? 255)) }
        appendState(rules, to: &bytes)
        for copies in accepted { bytes.append(copies) }
        if rules.flaw == .forgetsRetryQueueAfterRestart { bytes.append(isRestarted ? 1 : 0) }
        guard let machine else { return bytes.append(0) }
        bytes.append(UInt8(clamping: runEndpoints + 1))
        machine.appendCanonical(now: time, to: &bytes)
        appendWork(machine, to: &bytes)
    }

    private func appendState(_ rules: SmallWorldConfiguration, to bytes: inout [UInt8]) {
        bytes.append(state.phase.rawValue)
        bytes.append(state.startedAt == nil ? 0 : 1)
        bytes.append(state.abortIsRecoverable ? 1 : 0)
        bytes.append(UInt8(clamping: state.endpoints.count))
        for endpoint in state.endpoints {
            bytes.append(UInt8(clamping: rules.endpoints.firstIndex { $0.name == endpoint.name } ?? 255))
            switch endpoint.standing {
            case .active: bytes.append(0)
            case .paused: bytes.append(1)
            case .removed: bytes.append(2)
            case .suspended: bytes.append(3)
            case .withdrawn: bytes.append(4)
            }
            bytes.appendVarint(UInt64(endpoint.attempt))
        }
        for slot in accepted.indices {
            let ordinal = Ordinal(slot)
            let phase = state.recipients.phase(ordinal)
            switch phase {
            case .sent, .failed, .skipped: bytes.append(phase.rawValue)
            case .pending, .deferred, .inDoubt:
                bytes.append(phase.rawValue | UInt8(clamping: state.recipients.attempts(ordinal)) << 3)
                // Whom the next run asks about it.
                if phase == .inDoubt, rules.asksAgain { bytes.append(state.recipients.endpoint(ordinal)) }
            case .claimed:
                bytes.append(phase.rawValue | UInt8(clamping: state.recipients.attempts(ordinal)) << 3)
                bytes.append(state.recipients.endpoint(ordinal))
            }
        }
        guard state.tally.deferred > 0 else { return }
        let dues = state.ordinals(in: .deferred).map {
            (due: state.dueTime(of: $0)?.milliseconds ?? 0, ordinal: $0)
        }
        for (due, ordinal) in dues.sorted(by: { $0.due != $1.due ? $0.due < $1.due : $0.ordinal < $1.ordinal }) {
            bytes.append(UInt8(clamping: ordinal))
            bytes.appendVarint(UInt64(max(due - now, 0)))
        }
    }

    /// A sorted multiset; the order of a batch is kept, since its answer is given in it.
    private func appendWork(_ machine: JobMachine, to bytes: inout [UInt8]) {
        func word(_ kind: UInt64, _ endpoint: EndpointIndex, _ ordinals: [Ordinal]) -> UInt64 {
            ordinals.reduce(kind << 8 | UInt64(endpoint)) { $0 << 4 | UInt64($1 + 1) }
        }
        var words: [UInt64] = []
        words.reserveCapacity(work.count)
        for item in work {
            switch item {
            case .delivery(let delivery):
                let isCurrent = machine.isCurrent(delivery.generation, delivery.endpoint)
                words.append(word(isCurrent ? 1 : 2, delivery.endpoint, [delivery.ordinal]))
            case .prepare(let batch):
                let isCurrent = machine.isCurrent(batch.generation, batch.endpoint)
                words.append(word(isCurrent ? 3 : 6, batch.endpoint, batch.ordinals))
            case .check(let endpoint): words.append(word(4, endpoint, []))
            case .probe(let endpoint, let ordinals): words.append(word(5, endpoint, ordinals))
            case .ask(let endpoint, let ordinals): words.append(word(7, endpoint, ordinals))
            }
        }
        words.sort()
        for word in words { bytes.appendVarint(word) }
    }
}
