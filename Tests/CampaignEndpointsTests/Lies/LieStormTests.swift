import CampaignDomain
import CampaignSMTP
import Foundation
import NIOCore
import Testing

@testable import CampaignEndpoints
@testable import CampaignEngine

/// Ten thousand lies drawn from a seed; `LIE_SEED` draws others.
@Suite("Laws 1 to 4 before servers that lie: the storm", .timeLimit(.minutes(10)))
struct LieStormTests {
    private static let liesWanted = 10_000
    private static let worldsAtOnce = 3

    @Test("no second copy but where the server lied about the first, nobody skipped, no hang, no connection left")
    func storm() async throws {
        let seed = ProcessInfo.processInfo.environment["LIE_SEED"].flatMap { UInt64($0) } ?? 2026
        print("lies drawn from LIE_SEED=\(seed)")
        var (lies, connections, number) = (0, 0, 0)
        try await withThrowingTaskGroup(of: LieLedger.self) { tasks in
            func begin() {
                let world = LieWorld(seed: seed, number: number)
                number += 1
                tasks.addTask { try await Self.run(world) }
            }
            for _ in 0..<Self.worldsAtOnce { begin() }
            while let ledger = try await tasks.next() {
                lies += ledger.lies
                connections += ledger.connections
                if lies < Self.liesWanted { begin() }
            }
        }
        print("\(lies) lies over \(connections) connections in \(number) worlds")
        #expect(lies >= Self.liesWanted)
    }

    /// Once the endpoint was removed, or the engine was stopped, the campaign goes on with the next run, as a person's would.
    private static func run(_ world: LieWorld) async throws -> LieLedger {
        let server = try await LyingServer(
            world.dialect, connectionsMax: world.connectionsMax, plans: { world.plans($0) })
        let campaign = try await LiedToCampaign(
            (0..<world.recipients).map { "r\($0)@example.com" }, attempts: RetryPolicy.attemptsMax)
        let (engine, ledger) = (campaign.engine, server.ledger)
        let interruption = world.connectionsBeforeRestart.map { count in
            Task {
                await ledger.accepted(count)
                await engine.stop(deadline: .zero)
            }
        }
        var ending = JobEnding.stopped
        for _ in 0..<1000 where ending != .completed {
            do {
                ending = try await campaign.run(
                    try LiedToCampaign.endpoint(server, world.options, timeouts: .impatient))
            } catch let error as EngineError where error.code == .stopped {
                try await campaign.restart()
            }
        }
        ledger.release()
        await interruption?.value
        #expect(ending == .completed, "\(world)")
        // It may have been stopped after the end, too.
        try await campaign.restart()
        try expectLaws(campaign, ledger, world)
        await campaign.engine.stop()
        try await server.finish()
        return ledger
    }

    private static func expectLaws(_ campaign: LiedToCampaign, _ ledger: LieLedger, _ world: LieWorld) throws {
        #expect(try campaign.engine.reader.audit().isEmpty, "\(world)")
        #expect(try campaign.engine.reader.verify().isSound, "\(world)")
        #expect(try campaign.engine.reader.replayDifference(campaign.job) == nil, "\(world)")
        let state = try campaign.state()
        #expect(state.tally.open == 0, "\(world)")
        for (ordinal, recipient) in campaign.recipients.enumerated() {
            let copies = ledger.copies(recipient)
            let owned = copies.count { !$0.isDenied }
            let phase = state.phase(of: Ordinal(ordinal))
            switch phase {
            case .sent: #expect(owned == 1, "\(recipient) sent, \(copies): \(world)")
            case .failed: #expect(owned == 0, "\(recipient) failed, \(copies): \(world)")
            case .inDoubt: #expect(owned <= 1, "\(recipient) in doubt, \(copies): \(world)")
            default: Issue.record("\(recipient) is \(String(describing: phase)): \(world)")
            }
        }
    }
}

extension SMTPTimeouts {
    /// Longer than an honest server takes, most of the time: the laws hold either way.
    fileprivate static var impatient: SMTPTimeouts {
        var timeouts = SMTPTimeouts()
        let time = TimeAmount.milliseconds(300)
        (timeouts.greeting, timeouts.hello, timeouts.mail, timeouts.recipient) = (time, time, time, time)
        (timeouts.dataInitiation, timeouts.finalReply, timeouts.reset, timeouts.quit) = (time, time, time, time)
        return timeouts
    }
}
