import CampaignDomain
import CampaignSMTP
import NIOCore
import Testing

@testable import CampaignEndpoints
@testable import CampaignEngine

/// One lie, told to a campaign of three.
final class LieTrial {
    private let plan: LiePlan
    private let server: LyingServer
    private let campaign: LiedToCampaign
    /// Whom the lie is about.
    private let recipient: String
    private let timeouts: SMTPTimeouts

    init(_ plan: LiePlan, _ dialect: Dialect, bodySizeBytes: Int = 0) async throws {
        self.plan = plan
        server = try await LyingServer(dialect) { connection in connection == 0 ? [plan] : [] }
        let recipients =
            [plan.step == .reset ? "nobody@example.com" : "r0@example.com"] + ["r1@example.com", "r2@example.com"]
        campaign = try await LiedToCampaign(recipients, bodySizeBytes: bodySizeBytes)
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
        let time = TimeAmount.seconds(2)
        switch step {
        case .greeting: greeting = time
        case .hello: hello = time
        case .reset: reset = time
        case .mail: mail = time
        case .recipient: recipient = time
        case .data: dataInitiation = time
        case .content: dataBlock = time
        case .finalReply: finalReply = time
        case .quit: quit = time
        }
    }
}
