import Testing

/// The storms' own judge must notice what it is there to notice.
@Suite("Storm ledger")
struct StormLedgerTests {
    private let plan: StormPlan

    init() {
        var plan = StormPlan(seed: 1)
        plan.recipients = 4
        plan.refusedEnding = "03"
        self.plan = plan
    }

    private static let header = "ordinal,key,outcome,attempts,reason,email,name\r\n"

    private func breaches(
        _ accepted: [(key: String, ordinal: Int)], _ outcomes: [String] = ["sent", "sent", "in-doubt", "failed"],
        resends: [String: Int] = [:]
    ) -> [String] {
        var export = Self.header
        for (ordinal, outcome) in outcomes.enumerated() {
            let reason = outcome == "failed" ? "\"550 no, never\"" : ""
            export += "\(ordinal),k\(ordinal),\(outcome),0,\(reason),\(TestCampaign.address(ordinal)),Name\r\n"
        }
        let messages = accepted.map {
            RecordingServer.Accepted(key: $0.key, address: TestCampaign.address($0.ordinal))
        }
        return StormLedger(accepted: messages, export: export).breaches(of: plan, resends: resends)
    }

    @Test("nothing is found where everyone has one copy, or is named")
    func sound() {
        #expect(breaches([("k0", 0), ("k1", 1)]).isEmpty)
        #expect(breaches([("k0", 0), ("k1", 1), ("k2", 2)]).isEmpty)
        #expect(breaches([("k0", 0), ("k1", 1), ("k1", 1)], resends: [TestCampaign.address(1): 1]).isEmpty)
    }

    @Test("a second copy, a missing one, a foreign one and a wrong outcome are found")
    func unsound() {
        #expect(breaches([("k0", 0), ("k1", 1), ("k1", 1)]).contains { $0.hasPrefix("reached too often: 1") })
        #expect(breaches([("k0", 0)]).contains { $0.hasPrefix("called sent, but never reached: 1") })
        #expect(breaches([("k0", 0), ("k1", 1), ("k9", 9)]).contains { $0.hasPrefix("reached, but nobody asked") })
        #expect(breaches([("k0", 0), ("kx", 1)]).contains { $0.hasPrefix("reached under another key") })
        #expect(breaches([("k0", 0), ("k1", 1), ("k3", 3)]).contains { $0.hasPrefix("called failed, but reached") })
        let pending = ["sent", "pending", "in-doubt", "failed"]
        #expect(breaches([("k0", 0)], pending).contains { $0.hasPrefix("missing, and nobody says so: 1") })
        #expect(breaches([("k0", 0), ("k1", 1)], pending).contains { $0.hasPrefix("reached, but neither sent nor") })
        let failed = ["failed", "sent", "in-doubt", "failed"]
        #expect(breaches([("k1", 1)], failed).contains { $0.hasPrefix("failed, though nobody refuses them: 1") })
        #expect(
            breaches([("k0", 0), ("k1", 1)], ["sent", "sent"]).contains { $0.hasPrefix("the export has 2 lines") })
    }
}
