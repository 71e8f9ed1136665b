import Testing

/// Every lie at every step in every dialect, told about one message of three: each ends as the table in docs/SERVERS.md says.
@Suite("Laws 1 to 3 before a server that lies: the table", .timeLimit(.minutes(10)))
struct LieTableTests {
    static let lies: [Lie] =
        [
            .split, .late, .eightBitText, .longReply, .bareLineFeeds, .close, .reset, .stall, .cut, .garbage,
            .eightBitJunk, .endlessReply, .endlessLine, .codeChanged, .twice, .early, .stray, .replyThenClose,
        ] + LiePlan.Replies.all.map { .code($0) }

    /// What makes no difference from the truth, or has no place there, is left out.
    static func plans(_ lie: Lie, _ dialect: Dialect) -> [LiePlan] {
        DialogueStep.allCases.flatMap { step -> [LiePlan] in
            if step == .data, dialect == .chunking { return [] }
            if lie == .code(LiePlan.Replies.success), step != .data { return [] }
            if lie == .code(LiePlan.Replies.intermediate), step == .data { return [] }
            switch step {
            // Only a large message is still on its way then: ``LyingContentTests``.
            case .content: return []
            case .greeting: return lie.isAhead ? [] : [LiePlan(lie: lie, step: step)]
            case .hello, .quit: return [LiePlan(lie: lie, step: step)]
            // After a recipient who is refused, before the next: only what rides ahead of another reply is left out.
            case .reset: return lie.isAhead ? [] : [LiePlan(lie: lie, step: step)]
            case .mail, .recipient, .data, .finalReply:
                return [0, 1].map { LiePlan(lie: lie, step: step, message: $0) }
            }
        }
    }

    @Test("in the first message of a connection, and in a later one", arguments: lies, Dialect.allCases)
    func table(lie: Lie, dialect: Dialect) async throws {
        let plans = Self.plans(lie, dialect)
        guard lie == .stall else {
            for plan in plans { try await Self.hold(plan, dialect) }
            return
        }
        // Each waits for a time to run out: together they wait for one.
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for plan in plans { tasks.addTask { try await Self.hold(plan, dialect) } }
            try await tasks.waitForAll()
        }
    }

    private static func hold(_ plan: LiePlan, _ dialect: Dialect) async throws {
        let trial = try await LieTrial(plan, dialect)
        let outcome = try await trial.outcome()
        let story = try trial.story()
        #expect(plan.outcomes(dialect).contains(outcome), "\(outcome): \(plan) \(dialect) \(story)")
        try await trial.expectOrder()
    }
}
