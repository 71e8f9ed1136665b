import Foundation
import Testing

extension ProcessTests {
    /// Everything at once, at moments that a seed draws.
    @Suite("Storms", .serialized)
    struct StormTests {
        @Test(
            "whatever happens, the same command again ends it: nobody twice, nobody forgotten",
            arguments: StormSeeds.chosen())
        func storm(seed: UInt64) async throws {
            let plan = StormPlan(seed: seed)
            print("storm \(plan)\n  to repeat: \(plan.repeatCommand)")
            do {
                let report = try await Storm(plan).run()
                print(
                    "storm \(seed): \(report.recipients) recipients, \(report.runs) runs, \(report.kills) kills, "
                        + "exits \(report.exits.sorted { $0.key < $1.key }.map { "\($0.key)×\($0.value)" }), "
                        + "longest stop \(report.stopMax), in doubt \(report.inDoubt), "
                        + "steps not reached \(report.unreached), \(report.duration)")
                #expect(
                    report.problems.isEmpty,
                    "\(report.problems.joined(separator: "\n"))\n\(plan)\nto repeat: \(plan.repeatCommand)")
            } catch {
                Issue.record("\(error)\n\(plan)\nto repeat: \(plan.repeatCommand)")
            }
        }

        @Test("one seed is one plan, and plans differ")
        func plansAreRepeatable() {
            let plans = (1...200).map { StormPlan(seed: $0) }
            for plan in plans {
                let again = StormPlan(seed: plan.seed)
                #expect(plan.description == again.description)
                #expect((2_000...20_000).contains(plan.recipients))
                #expect(!plan.servers.isEmpty || plan.dropRetries != nil)
            }
            let faults = plans.flatMap(\.steps).map { $0.fault.description.prefix(8) }
            #expect(Set(faults).count >= 10)
            #expect(Set(plans.map { $0.description.dropFirst(10) }).count == plans.count)
        }
    }
}
