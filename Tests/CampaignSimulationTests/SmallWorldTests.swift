import CampaignDomain
import Testing

@testable import CampaignSimulation

/// Everything that can happen to a small job, and proof that the search would notice a driver that breaks its contract.
@Suite struct SmallWorldTests {
    @Test(
        "Laws 1 to 5, R25, R27, R28: no interleaving of a small world breaks one",
        arguments: SmallWorldConfiguration.quick)
    func closes(configuration: SmallWorldConfiguration) {
        let report = SmallWorldSearch(configuration).run()
        #expect(report.failure == nil, "\(report)")
        #expect(report.isClosed, "\(report)")
        #expect(report.ends > 0 && report.restarts > report.ends, "\(report)")
    }

    @Test("a driver that breaks its contract is found out", arguments: DriverFlaw.allCases)
    func findsFlaw(flaw: DriverFlaw) throws {
        var configuration = SmallWorldConfiguration(name: flaw.rawValue)
        configuration.flaw = flaw
        let failure = try #require(SmallWorldSearch(configuration).run().failure, "\(flaw) was not noticed")
        #expect(failure.sentence.contains(Self.sentence(flaw)), "\(failure)")
        #expect(!failure.path.isEmpty && !failure.log.isEmpty)
    }

    private static func sentence(_ flaw: DriverFlaw) -> String {
        switch flaw {
        case .deliversBeforeCommit: "begins before its claim is durable"
        case .actsOnOutcomesBeforeCommit: "completed is announced, the log says running"
        case .readsUnknownAsNotAccepted: "recipient 0 got 2 copies"
        case .forgetsClaimsAfterCrash, .losesNewestFrame: "recipient 0 got its message and is pending"
        case .forgetsRetryQueueAfterRestart: "waits for nothing"
        case .deliversTwice: "2 are under way"
        }
    }

    @Test("the path to a breach is the shortest, and tells each choice in words")
    func path() throws {
        var configuration = SmallWorldConfiguration(name: "path")
        configuration.flaw = .losesNewestFrame
        let failure = try #require(SmallWorldSearch(configuration).run().failure)
        #expect(
            failure.path == [
                "an engine starts the job (policy 0, endpoints 0)",
                "the engine dies; [0] under way was accepted",
            ])
    }

    @Test("a search that is cut at a depth says so, and carries each world at its edge to the job's end")
    func cut() {
        var configuration = SmallWorldConfiguration.one
        configuration.depthMax = 3
        let report = SmallWorldSearch(configuration).run()
        #expect(report.failure == nil, "\(report)")
        #expect(!report.isClosed)
        #expect(report.depth == 3)
    }

    @Test("the same search finds the same worlds in the same order")
    func deterministic() {
        let first = SmallWorldSearch(.one).run()
        let second = SmallWorldSearch(.one).run()
        #expect(first.states == second.states && first.transitions == second.transitions)
        #expect(first.depth == second.depth && first.stepsToEndMax == second.stepsToEndMax)
    }

    @Test("a cycle among fault-free steps is found, and the longest path where there is none")
    func graph() {
        var straight = FaultFreeGraph()
        for steps: [UInt32] in [[1, 2], [2], []] { straight.add(steps) }
        guard case .ends(2) = straight.longestPath(worlds: 3) else {
            Issue.record("0 → 1 → 2 takes two steps")
            return
        }
        var circle = FaultFreeGraph()
        for steps: [UInt32] in [[1], [2], [1]] { circle.add(steps) }
        guard case .cycle = circle.longestPath(worlds: 3) else {
            Issue.record("1 → 2 → 1 is a cycle")
            return
        }
    }
}
