#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// What cannot be known is named; it may be found out later, by asking again or by a person.
extension JobMachine {
    /// A doubt that its endpoint is asked about again.
    struct Inquiry: Hashable, Sendable {
        /// The doubt's number: an answer about an earlier one is about another message.
        var doubt: UInt32
        var endpoint: EndpointIndex
        /// How often it was asked about since it was named.
        var asked = 0
        /// When it is asked about next, in milliseconds since 1970; nil while an answer is awaited.
        var due: Int64?
    }

    // MARK: Naming

    mutating func doubt(
        _ ordinal: Ordinal, _ endpoint: EndpointIndex, _ reason: String, _ now: Timestamp, _ decision: inout Decision
    ) {
        emit(ordinal, .inDoubt(endpoint, reason: reason), &decision)
        if !inquire(ordinal, endpoint, now, isFirst: false) { resendIfWanted(ordinal, &decision) }
    }

    /// A crash's claim comes to its outcome by what is known of it; where nothing is, doubt is named.
    mutating func settle(
        _ ordinal: Ordinal, _ endpoint: EndpointIndex, _ evidence: ClaimEvidence, _ now: Timestamp,
        _ decision: inout Decision
    ) {
        switch evidence.verdict {
        case .accepted:
            emit(ordinal, .sent(endpoint, reply: evidence.text), &decision)
        case .notAccepted:
            emit(ordinal, .released(endpoint, reason: evidence.text), &decision)
            giveBack(ordinal)
        #if CAMPAIGN_MUTANTS
        case .unknown where Mutant.unknownMeansNotAccepted.isPlanted:
            emit(ordinal, .released(endpoint, reason: "not known"), &decision)
            giveBack(ordinal)
        #endif
        case .unknown:
            doubt(ordinal, endpoint, evidence.text, now, &decision)
        }
    }

    /// Doubts of earlier runs: asked about where their endpoint can tell, sent again where that is wanted.
    mutating func takeUpDoubts(_ now: Timestamp, _ decision: inout Decision) {
        guard state.tally.inDoubt > 0 else { return }
        guard inDoubtPolicy == .resend || lanes.contains(where: { ($0?.setup.policy.probing.again ?? 0) > 0 }) else {
            return
        }
        for ordinal in state.recipients.ordinals(in: .inDoubt) {
            if !inquire(ordinal, state.recipients.endpoint(ordinal), now, isFirst: true) {
                resendIfWanted(ordinal, &decision)
            }
        }
    }

    // MARK: Asking again

    /// Doubts that the run waits for before it calls the job complete.
    var isAsking: Bool { !inquiries.isEmpty }

    /// Doubts that an answer is awaited about.
    package var inquiriesUnderWay: Int { inquiries.values.count { $0.due == nil } }

    /// Sees to it that a doubt is asked about, if its endpoint may know.
    ///
    /// - Parameter isFirst: whether nobody has been asked in this run; then it is asked at once.
    private mutating func inquire(
        _ ordinal: Ordinal, _ endpoint: EndpointIndex, _ now: Timestamp, isFirst: Bool
    ) -> Bool {
        guard mode == .running, let policy = probing(endpoint), let doubt = state.doubts[ordinal] else { return false }
        let due = isFirst ? now : now.advanced(byMilliseconds: policy.intervalMilliseconds)
        inquiries[ordinal] = Inquiry(doubt: doubt, endpoint: endpoint, due: due.milliseconds)
        asks.insert(ordinal, due: due.milliseconds)
        return true
    }

    private func probing(_ endpoint: EndpointIndex) -> ProbePolicy? {
        guard Int(endpoint) < lanes.count, let policy = lanes[Int(endpoint)]?.setup.policy.probing, policy.again > 0
        else { return nil }
        return policy
    }

    /// Asks about the doubts whose time has come.
    mutating func askAgain(_ now: Timestamp, _ decision: inout Decision) {
        guard isAsking, mode == .running, state.phase == .running else { return }
        var byEndpoint = [[Ordinal]](repeating: [], count: lanes.count)
        while let ordinal = asks.popDue(now: now.milliseconds) {
            // Settled meanwhile, or the entry of an earlier doubt.
            guard let inquiry = inquiries[ordinal], let due = inquiry.due, due <= now.milliseconds else { continue }
            inquiries[ordinal]?.due = nil
            byEndpoint[Int(inquiry.endpoint)].append(ordinal)
        }
        for (index, ordinals) in byEndpoint.enumerated() where !ordinals.isEmpty {
            decision.actions.append(.probe(EndpointIndex(index), ordinals))
        }
    }

    /// An answer about a doubt that was asked about again.
    mutating func learnt(
        _ ordinal: Ordinal, _ endpoint: EndpointIndex, _ verdict: ProbeVerdict, _ now: Timestamp,
        _ decision: inout Decision
    ) {
        // Told by a person meanwhile, or about an earlier doubt, or not asked for.
        guard mode != .finished, var inquiry = inquiries[ordinal], inquiry.endpoint == endpoint, inquiry.due == nil,
            state.phase(of: ordinal) == .inDoubt, state.doubts[ordinal] == inquiry.doubt
        else { return }
        switch verdict {
        case .accepted:
            inquiries[ordinal] = nil
            emit(ordinal, .inDoubtResolved(.sent, evidence: "the endpoint's probe found it accepted"), &decision)
        case .notAccepted:
            inquiries[ordinal] = nil
            emit(ordinal, .inDoubtResolved(.notSent, evidence: "the endpoint's probe found it not accepted"), &decision)
            giveBack(ordinal)
        case .unknown:
            inquiry.asked += 1
            guard let policy = probing(endpoint), inquiry.asked < policy.again else {
                inquiries[ordinal] = nil
                return resendIfWanted(ordinal, &decision)
            }
            let due = now.advanced(byMilliseconds: policy.delayMilliseconds(afterAsking: inquiry.asked))
            inquiry.due = due.milliseconds
            inquiries[ordinal] = inquiry
            asks.insert(ordinal, due: due.milliseconds)
        }
    }

    // MARK: Deciding

    /// A person's decision about a doubt. Refused (false) when the recipient is not in doubt, or when its doubt is newer than
    /// the `knowing` first ones of the job: what someone found out about one delivery says nothing about the next.
    package mutating func resolve(
        _ ordinal: Ordinal, _ verdict: DoubtVerdict, evidence: String, knowing: UInt32 = .max, now: Timestamp,
        _ decision: inout Decision
    ) -> Bool {
        guard state.phase(of: ordinal) == .inDoubt else { return false }
        #if CAMPAIGN_MUTANTS
        let knowing = Mutant.staleDecisionTaken.isPlanted ? UInt32.max : knowing
        #endif
        guard state.doubts[ordinal] ?? 0 <= knowing else { return false }
        emit(ordinal, .inDoubtResolved(verdict, evidence: evidence), &decision)
        inquiries[ordinal] = nil
        if verdict != .sent { giveBack(ordinal) }
        return true
    }

    /// Resending is bounded, or a server that always hangs up after the dot would get copies for ever. After an abort for
    /// good nothing is sent again: there the doubt stays named.
    mutating func resendIfWanted(_ ordinal: Ordinal, _ decision: inout Decision) {
        #if CAMPAIGN_MUTANTS
        if Mutant.resendsUnderHold.isPlanted, state.recipients.attempts(ordinal) < 2 {
            emit(ordinal, .inDoubtResolved(.notSent, evidence: ""), &decision)
            return giveBack(ordinal)
        }
        #endif
        guard inDoubtPolicy == .resend, state.phase != .aborted || state.abortIsRecoverable,
            state.recipients.attempts(ordinal) + 1 < UInt32(retry.attempts)
        else { return }
        emit(ordinal, .inDoubtResolved(.resend, evidence: "the run's in-doubt policy"), &decision)
        giveBack(ordinal)
    }
}
