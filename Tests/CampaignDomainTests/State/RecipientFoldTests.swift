import Testing

@testable import CampaignDomain

/// Every change of a recipient from every phase: allowed as the table says, refused without a trace otherwise.
@Suite struct RecipientFoldTests {
    private static let changes: [RecipientChange] = [
        .skipped(.duplicate, detail: "of recipient 0"), .claimed(1), .sent(1, reply: "250"),
        .failed(1, .mailboxFull, reply: "552"),
        .deferred(1, attempt: 1, due: Timestamp(milliseconds: 9_000), reply: "450"),
        .released(1, reason: "refused"), .inDoubt(1, reason: "lost"), .inDoubtResolved(.sent, evidence: "e"),
        .inDoubtResolved(.notSent, evidence: "e"), .inDoubtResolved(.resend, evidence: "e"),
    ]

    /// How a recipient comes to stand in a phase.
    private static func path(to phase: RecipientPhase) -> [RecipientChange] {
        switch phase {
        case .pending: []
        case .claimed: [.claimed(1)]
        case .sent: [.claimed(1), .sent(1, reply: "250")]
        case .failed: [.claimed(1), .failed(1, .other, reply: "550")]
        case .skipped: [.skipped(.suppressed, detail: "")]
        case .inDoubt: [.claimed(1), .inDoubt(1, reason: "lost")]
        case .deferred:
            [.claimed(1), .deferred(1, attempt: 1, due: Timestamp(milliseconds: 5_000), reply: "450")]
        }
    }

    /// The table: what a change makes of a phase; nil where it is forbidden.
    private static func result(_ change: RecipientChange, from phase: RecipientPhase) -> RecipientPhase? {
        switch (phase, change) {
        case (.pending, .skipped): .skipped
        case (.pending, .claimed), (.deferred, .claimed): .claimed
        case (.claimed, .sent): .sent
        case (.claimed, .failed): .failed
        case (.claimed, .deferred): .deferred
        case (.claimed, .released): .pending
        case (.claimed, .inDoubt): .inDoubt
        case (.inDoubt, .inDoubtResolved(.sent, _)): .sent
        case (.inDoubt, .inDoubtResolved): .pending
        default: nil
        }
    }

    private func state(_ phase: RecipientPhase) throws -> JobState {
        var log = SampleLog()
        log.append([
            .jobCreated(sampleTerms()), .recipientsImported(total: 3, columns: []), .jobStarted(endpoints: ["a", "b"]),
        ])
        var state = try log.fold()
        for change in Self.path(to: phase) { try state.evolve(PackedEvent(1, change), at: 10) }
        return state
    }

    @Test("Law 1, Law 2: each phase allows its own changes and no others", arguments: RecipientPhase.allCases)
    func transitions(from phase: RecipientPhase) throws {
        for change in Self.changes {
            var state = try state(phase)
            #expect(state.phase(of: 1) == phase)
            let before = state
            if let expected = Self.result(change, from: phase) {
                try state.evolve(PackedEvent(1, change), at: 11)
                #expect(state.phase(of: 1) == expected)
                #expect(state.sequence == 11)
                #expect(state.tally[expected] == (expected == .pending ? 3 : 1))
            } else {
                #expect(throws: FoldError.self) { try state.evolve(PackedEvent(1, change), at: 11) }
                #expect(state == before)
                #expect(state.encoded() == before.encoded())
            }
            // R18: the counters always add up.
            #expect(state.tally.total == 3)
            #expect(state.tally.open + state.tally.settled == 3)
            #expect(state.phase(of: 0) == .pending)
            #expect(state.phase(of: 2) == .pending)
            #expect((state.dueTime(of: 1) != nil) == (state.phase(of: 1) == .deferred))
        }
    }

    @Test("a recipient that the list does not hold is refused")
    func outOfRange() throws {
        var state = try state(.pending)
        let before = state
        for ordinal: Ordinal in [3, .max] {
            for change in Self.changes {
                #expect(throws: FoldError.self) { try state.evolve(PackedEvent(ordinal, change), at: 11) }
            }
            #expect(state.phase(of: ordinal) == nil)
            #expect(state.attempts(of: ordinal) == nil)
        }
        #expect(state == before)
    }

    @Test("attempts, the claiming endpoint and the due time are kept side by side")
    func slot() throws {
        var state = try state(.pending)
        for attempt: UInt32 in [1, 2, 30, 31, 4_000] {
            try state.evolve(PackedEvent(2, .claimed(254)), at: 11)
            #expect(state.recipients.endpoint(2) == 254)
            let due = Timestamp(milliseconds: Int64(attempt))
            try state.evolve(PackedEvent(2, .deferred(254, attempt: attempt, due: due, reply: "")), at: 12)
            #expect(state.attempts(of: 2) == min(attempt, 31))
            #expect(state.dueTime(of: 2) == due)
        }
        try state.evolve(PackedEvent(2, .claimed(0)), at: 13)
        #expect(state.attempts(of: 2) == 31)
        #expect(state.recipients.endpoint(2) == 0)
        #expect(state.dueTime(of: 2) == nil)
    }

    @Test("a second copy that was asked for is charged as an attempt")
    func resendIsCharged() throws {
        var state = try state(.inDoubt)
        try state.evolve(PackedEvent(1, .inDoubtResolved(.resend, evidence: "")), at: 11)
        #expect(state.attempts(of: 1) == 1)
        #expect(state.ordinals(in: .pending) == [0, 1, 2])
    }
}
