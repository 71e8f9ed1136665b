import Testing

@testable import CampaignDomain

/// Random faults, controls and crashes over many seeds; then the faults stop and every job must end.
@Suite struct MiniSimulationTests {
    private func run(_ seed: UInt64, _ inDoubt: InDoubtPolicy) throws -> MiniWorld {
        var world = try MiniWorld(seed: seed, inDoubt: inDoubt)
        let steps = 50 + world.random.below(250)
        for _ in 0..<steps { try world.step() }
        // Liveness: no more faults, and a person who lets the job go on.
        world.isFaulty = false
        for _ in 0..<5_000 where !hasEnded(world) {
            if world.machine.state.phase == .paused { try world.input { $0.unpause(now: $1, &$3) } }
            if hasEnded(world) { break }
            #expect(
                world.ending != nil || !world.work.isEmpty
                    || world.machine.nextWake(now: Timestamp(milliseconds: world.now)) != nil,
                "seed \(seed): the machine waits for nothing")
            try world.step()
        }
        try check(world, seed)
        return world
    }

    /// Completed, or aborted for good: what a run that has nothing to do says.
    private func hasEnded(_ world: MiniWorld) -> Bool {
        switch world.ending {
        case .completed, .aborted: world.machine.state.phase != .running
        case .stopped, .abortedRecoverably, nil: false
        }
    }

    private func check(_ world: MiniWorld, _ seed: UInt64) throws {
        let state = world.machine.state
        #expect(hasEnded(world), "seed \(seed): not ended")
        #expect(world.log.audit() == [], "seed \(seed)")
        #expect(try world.log.fold().encoded() == state.encoded(), "seed \(seed)")
        #expect(world.machine.inFlight == 0)
        #expect(state.tally.claimed == 0)
        if !world.isAborted {
            #expect(state.phase == .completed)
            #expect(world.machine.workQueueLength == 0, "seed \(seed)")
        }
        for ordinal in world.accepted.indices {
            switch state.phase(of: Ordinal(ordinal)) {
            case .sent: #expect(world.accepted[ordinal] >= 1, "seed \(seed): \(ordinal) was never accepted")
            case .pending, .deferred, .skipped:
                if world.terms.inDoubt == .hold { #expect(world.accepted[ordinal] == 0, "seed \(seed): \(ordinal)") }
            default: break
            }
            let copiesMax = world.terms.inDoubt == .hold ? 1 : world.terms.retry.attempts
            #expect(world.accepted[ordinal] <= copiesMax, "seed \(seed): \(ordinal)")
        }
    }

    @Test(
        "Laws 1 to 4, R25, R27, R28 under hold: every job ends, at most one acceptance each, live state is the log's",
        arguments: 0..<200 as Range<UInt64>)
    func hold(seed: UInt64) throws {
        _ = try run(seed, .hold)
    }

    @Test(
        "Laws 1, 3 and 4, R27, R28 under resend: every job ends, with no more copies than attempts",
        arguments: 1_000..<1_100 as Range<UInt64>)
    func resend(seed: UInt64) throws {
        _ = try run(seed, .resend)
    }

    @Test("R25: crashes by the hundred, and the simulation really reaches what it is about")
    func reach() throws {
        var crashes = 0
        var doubts = 0
        var aborts = 0
        var kinds: Set<EventKind> = []
        for seed: UInt64 in 5_000..<5_040 {
            let world = try run(seed, .hold)
            crashes += world.crashes
            doubts += world.doubts
            aborts += world.aborts
            for event in try world.log.events() { kinds.insert(event.kind) }
        }
        #expect(crashes > 100)
        #expect(doubts > 50)
        #expect(aborts > 0)
        let others: Set<EventKind> = [
            .engineStarted, .engineStopped, .journalAdopted, .storeRecovered, .recipientSkipped, .endpointSuspended,
            .endpointWithdrawn, .endpointLimited, .destinationsLimited,
        ]
        #expect(kinds == Set(EventKind.allCases).subtracting(others))
    }

    @Test("a seed gives the same log each time")
    func deterministic() throws {
        let first = try run(42, .hold)
        let second = try run(42, .hold)
        #expect(first.log.frames.map(\.payload) == second.log.frames.map(\.payload))
        #expect(first.now == second.now)
    }
}
