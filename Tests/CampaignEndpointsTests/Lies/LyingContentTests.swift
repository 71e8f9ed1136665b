import CampaignDomain
import Testing

/// What happens to a message that is too large for the sockets' buffers.
@Suite("Laws 1 to 3 before a server that hangs up on content", .timeLimit(.minutes(10)))
struct LyingContentTests {
    /// More than both sides' buffers hold on loopback.
    private static let bodySizeBytes = 4 << 20

    @Test(
        "its end has not left: not sent, and no doubt; or refused in the middle",
        arguments: zip(
            [.close, .reset, .code(LiePlan.Replies.tooLarge), .code(LiePlan.Replies.greylisted)] as [Lie],
            [.pipelining, .chunking, .pipelining, .chunking] as [Dialect]))
    func large(lie: Lie, dialect: Dialect) async throws {
        let plan = LiePlan(lie: lie, step: .content)
        let trial = try await LieTrial(plan, dialect, bodySizeBytes: Self.bodySizeBytes)
        let outcome = try await trial.outcome()
        let story = try trial.story()
        // The end of the connection may overtake the reply, which then is not heard.
        #expect(plan.outcomes(dialect).union([.endpoint]).contains(outcome), "\(outcome): \(plan) \(dialect) \(story)")
        try await trial.expectOrder()
    }
}
