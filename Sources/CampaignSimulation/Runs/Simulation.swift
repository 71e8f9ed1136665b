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
