import CampaignDomain
import CampaignSMTP
import NIOCore
import Testing

@testable import CampaignEndpoints
@testable import CampaignEngine

/// Every lie at every step in every dialect, told about one message of three: each ends as the table in docs/SERVERS.md says.
@Suite("Laws 1 to 3 before a server that lies: the table", .timeLimit(.minutes(4)))
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
        for plan in Self.plans(lie, dialect) {
            let trial = try await LieTrial(plan, dialect)
            let outcome = try await trial.outcome()
            let story = try trial.story()
            #expect(plan.outcomes(dialect).contains(outcome), "\(outcome): \(plan) \(dialect) \(story)")
            try await trial.expectOrder()
        }
    }
}

/// One lie, told to a campaign of three.
private final class LieTrial {
    private let plan: LiePlan
    private let server: LyingServer
    private let campaign: LiedToCampaign
    /// Whom the lie is about.
    private let recipient: String
    private let timeouts: SMTPTimeouts

    init(_ plan: LiePlan, _ dialect: Dialect) async throws {
        self.plan = plan
        server = try await LyingServer(dialect) { connection in connection == 0 ? plan : nil }
        let recipients =
            [plan.step == .reset ? "nobody@example.com" : "r0@example.com"] + ["r1@example.com", "r2@example.com"]
        campaign = try await LiedToCampaign(recipients)
        recipient = plan.step == .reset ? recipients[1] : recipients[plan.message]
        timeouts = plan.lie == .stall ? SMTPTimeouts(short: plan.step) : SMTPTimeouts()
    }

    /// Runs the campaign to its end; once more if the endpoint was removed.
    func outcome() async throws -> LieOutcome {
        let ending = try await campaign.run(try LiedToCampaign.endpoint(server, timeouts: timeouts))
        let changes = try campaign.changes(recipient)
        if case .abortedRecoverably = ending {
            let again = try await campaign.run(try LiedToCampaign.endpoint(server, timeouts: timeouts))
            #expect(again == .completed)
            return .removed
        }
        #expect(ending == .completed)
        var outcome = LieOutcome.endpoint
        for change in changes {
            switch change {
            case .inDoubt: return .inDoubt
            case .failed(_, let kind, _): return .failed(kind)
            case .deferred: outcome = .deferred
            default: continue
            }
        }
        let isTrouble = try campaign.events().contains { if case .endpointFailed = $0 { true } else { false } }
        let isRefusal = if case .code = plan.lie, ![.hello, .quit].contains(plan.step) { true } else { false }
        let isAtOnce = !isTrouble && !isRefusal && server.ledger.copies(recipient).first?.connection == 0
        return outcome == .endpoint && isAtOnce ? .sent : outcome
    }

    /// The laws hold, nobody else has suffered, and no connection is left.
    func expectOrder() async throws {
        #expect(try campaign.engine.reader.audit().isEmpty, "\(plan)")
        let state = try campaign.state()
        let story = try story()
        #expect(state.phase == .completed, "\(plan)")
        for (ordinal, other) in campaign.recipients.enumerated() {
            let copies = server.ledger.copies(other)
            let phase = state.phase(of: Ordinal(ordinal))
            #expect(copies.count <= 1, "\(other) \(plan) \(story)")
            if phase == .sent { #expect(copies.count == 1, "\(other) \(plan) \(story)") }
            guard other != recipient else { continue }
            let isNobody = other.hasPrefix("nobody")
            #expect(phase == (isNobody ? .failed : .sent), "\(other) \(plan) \(story)")
            #expect(state.recipients.attempts(Ordinal(ordinal)) == 0, "\(other) \(plan) \(story)")
        }
        await campaign.engine.stop()
        try await server.finish()
    }

    func story() throws -> String { try campaign.events().map { "\n    \($0)" }.joined() }
}

extension SMTPTimeouts {
    /// Short at one step, which honest answers must keep to as well, and as they are elsewhere.
    fileprivate init(short step: DialogueStep) {
        self.init()
        let time = TimeAmount.milliseconds(400)
        switch step {
        case .greeting: greeting = time
        case .hello: hello = time
        case .reset: reset = time
        case .mail: mail = time
        case .recipient: recipient = time
        case .data: dataInitiation = time
        case .finalReply: finalReply = time
        case .quit: quit = time
        }
    }
}
