/// What came of one seed.
package struct SeedResult: Sendable {
    package var seed: UInt64
    package var violation: Violation?
    /// The Merkle root over the whole log: 64 hexadecimal digits.
    package var logRoot: String
    package var events: Int
    package var ticks: Int
    /// Simulated milliseconds.
    package var time: Int64
    package var processes: Int
    package var marks: Marks
}

/// Runs worlds. The same seed, options and lists always give the same result.
package enum Simulation {
    package static func run(
        seed: UInt64, _ lists: [SimulatedList], _ limits: Limits = Limits(), trace: ((String) -> Void)? = nil
    ) -> SeedResult {
        var options = SimulationOptions(seed: seed, lists: lists.count)
        limits.apply(to: &options, lists)
        let world = World(seed: seed, options, lists, trace: trace)
        world.run()
        return SeedResult(
            seed: seed, violation: world.violation, logRoot: world.logRoot, events: world.eventCount,
            ticks: world.ticksDone, time: world.time, processes: world.processCount, marks: world.marks)
    }
}

/// What is left out of a world, to find out what a failure needs.
package struct Limits: Sendable, Hashable {
    package var without: Set<Fault> = []
    package var ticksMax: Int?
    package var jobsMax: Int?
    package var rowsMax: Int?

    package init() {}

    func apply(to options: inout SimulationOptions, _ lists: [SimulatedList]) {
        for fault in Fault.allCases where without.contains(fault) { options.rates[fault] = 0 }
        if let ticksMax { options.ticks = min(options.ticks, ticksMax) }
        if let jobsMax { options.jobs.removeLast(max(0, options.jobs.count - jobsMax)) }
        if let rowsMax {
            let longest = lists.lastIndex { $0.rows <= rowsMax } ?? 0
            for index in options.jobs.indices { options.jobs[index].list = min(options.jobs[index].list, longest) }
        }
    }
}
