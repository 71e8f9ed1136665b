import CampaignDomain
import Testing

@testable import CampaignEndpoints
@testable import CampaignEngine

@Suite("R8: a server that gives fewer connections than are configured", .timeLimit(.minutes(10)))
struct FewConnectionsTests {
    @Test(
        "they are used, nobody is charged, and the endpoint does not pause; one more is asked for now and then",
        arguments: Dialect.allCases, [1, 3])
    func few(dialect: Dialect, given: Int) async throws {
        let server = try await LyingServer(dialect, connectionsMax: given) { _ in [] }
        let campaign = try await LiedToCampaign((0..<300).map { "r\($0)@example.com" })
        let ending = try await campaign.run(
            try LiedToCampaign.endpoint(server, "connections=10&slow-start=off&retry-interval=20ms"))
        #expect(ending == .completed)
        let state = try campaign.state()
        #expect(state.tally.sent == 300)
        for (ordinal, recipient) in campaign.recipients.enumerated() {
            #expect(state.recipients.attempts(Ordinal(ordinal)) == 0)
            #expect(server.ledger.copies(recipient).count == 1)
        }
        let troubles = try campaign.events().filter { event in
            switch event {
            case .endpointFailed, .endpointPaused, .recipient(_, .released), .recipient(_, .deferred): true
            default: false
            }
        }
        #expect(troubles.isEmpty, "\(troubles.prefix(5))")
        #expect(try campaign.engine.reader.audit().isEmpty)
        await campaign.engine.stop()
        try await server.finish()
    }

    @Test("so it is where the lanes are spread over several event loops, of which some get no connection")
    func fewOverLoops() async throws {
        let server = try await LyingServer(.pipelining, connectionsMax: 1) { _ in [] }
        let campaign = try await LiedToCampaign((0..<400).map { "r\($0)@example.com" })
        let ending = try await campaign.run(
            try LiedToCampaign.endpoint(server, "connections=150&slow-start=off&retry-interval=20ms&idle=50ms"))
        #expect(ending == .completed)
        let state = try campaign.state()
        #expect(state.tally.sent == 400)
        #expect(try !campaign.events().contains { if case .recipient(_, .deferred) = $0 { true } else { false } })
        await campaign.engine.stop()
        try await server.finish()
    }

    @Test("slow start counts connections: five to begin with, whatever is in hand")
    func slowStart() async throws {
        // Nobody is greeted, so nobody is answered, and none is added.
        let server = try await LyingServer(.pipelining) { _ in [LiePlan(lie: .stall, step: .greeting)] }
        let bench = try await LaneBench(port: server.port, "connections=20", messages: 10)
        bench.prepare(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
        await server.ledger.accepted(5)
        await bench.close()
        try await server.finish()
        #expect(server.ledger.connections == 5)
    }

    @Test("a message does not wait behind another's silent connection while it may have one of its own")
    func ownConnections() async throws {
        let server = try await LyingServer(.pipelining) { _ in [LiePlan(lie: .stall, step: .greeting)] }
        let bench = try await LaneBench(port: server.port, "connections=20", messages: 2)
        bench.prepare(0)
        await server.ledger.accepted(1)
        bench.prepare(1)
        await server.ledger.accepted(2)
        await bench.close()
        try await server.finish()
    }
}
