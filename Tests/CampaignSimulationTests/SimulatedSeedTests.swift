import Foundation
import Testing

@testable import CampaignSimulation

/// The engine in simulated worlds: what its promises are worth, seed by seed.
@Suite struct SimulatedSeedTests {
    private static let lists: [SimulatedList]? = {
        let directory = FileManager.default.temporaryDirectory.path + "/simulation-tests-\(getpid())"
        return try? SimulatedList.write(in: directory)
    }()

    @Test(
        "Laws 1 to 5, R1, R6, R7, R8, R9, R12, R13, R21, R25, R26, R27, R28: fresh seeds keep every promise, twice the same"
    )
    func fresh() throws {
        let lists = try #require(Self.lists)
        let first = UInt64.random(in: 0...UInt64.max >> 1)
        let range = SeedRange(first: first, count: 300, twiceEvery: 1)
        let report = range.run(lists) { _ in }
        for failure in report.failures { Issue.record("simulate --seed \(failure.seed): \(failure.sentence)") }
        #expect(report.unsteady.isEmpty, "simulate --seed \(report.unsteady.first ?? 0)")
        #expect(report.failures.isEmpty && report.seeds == 300)
    }

    @Test("the report of many seeds does not depend on the number of threads")
    func threads() throws {
        let lists = try #require(Self.lists)
        let one = SeedRange(first: 1, count: 600, threads: 1).run(lists) { _ in }
        let two = SeedRange(first: 1, count: 600, threads: 3).run(lists) { _ in }
        #expect(one.digest == two.digest && one.events == two.events && one.time == two.time)
        #expect(one.failures.isEmpty)
    }

    @Test("six hundred seeds reach most of the marks; the command demands all of them of twenty thousand")
    func marks() throws {
        let lists = try #require(Self.lists)
        let report = SeedRange(first: 1, count: 600, threads: 2).run(lists) { _ in }
        #expect(report.marks.missing.count <= 8, "\(report.marks.missing)")
    }

    @Test("seeds that once failed, or that a planted bug is caught by, are kept and pass", arguments: Self.keptSeeds)
    func kept(seed: UInt64) throws {
        let lists = try #require(Self.lists)
        let first = Simulation.run(seed: seed, lists)
        let second = Simulation.run(seed: seed, lists)
        #expect(first.violation == nil, "\(first.sentence)")
        #expect(first.logRoot == second.logRoot && first.ticks == second.ticks)
    }

    /// The plain numbers of `Fixtures/Seeds`; lines with options are run by `simulate seeds`.
    private static let keptSeeds: [UInt64] = {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/Seeds")
        let files = (try? FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)) ?? []
        let text = files.sorted { $0.path < $1.path }.compactMap { try? String(contentsOf: $0, encoding: .utf8) }
            .joined()
        return text.split(separator: "\n").compactMap { line in
            UInt64(line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces))
        }
    }()

    @Test("a seed's history can be read line by line")
    func trace() throws {
        let lists = try #require(Self.lists)
        var lines: [String] = []
        let told = Simulation.run(seed: 42, lists) { lines.append($0) }
        let untold = Simulation.run(seed: 42, lists)
        #expect(told.logRoot == untold.logRoot)
        #expect(lines.count > told.events && lines.contains { $0.contains("jobStarted") })
    }

    @Test("limits take away what they name, and nothing else happens by them")
    func limits() throws {
        let lists = try #require(Self.lists)
        var limits = Limits()
        limits.without = Fault.allCases
        limits.jobsMax = 1
        limits.rowsMax = 6
        for seed: UInt64 in 1...30 {
            let result = Simulation.run(seed: seed, lists, limits)
            #expect(result.violation == nil && result.processes == 1)
            #expect(result.marks.count(.jobCompleted) == 1 && result.marks.count(.doubtNamed) == 0)
        }
    }
}

/// A world that fails is made small before it is shown.
@Suite struct ShrinkerTests {
    private func result(_ promise: Violation.Promise?, _ ticks: Int) -> SeedResult {
        SeedResult(
            seed: 7, violation: promise.map { Violation(promise: $0, sentence: "broken", time: 1) }, logRoot: "",
            events: 0, ticks: ticks, time: 0, processes: 1, marks: Marks())
    }

    @Test("only what the failure needs is left: the kinds of fault, the steps, the jobs, the rows")
    func shrinks() throws {
        let needed: Set<Fault> = [.crash, .replyLost]
        let run: (Limits) -> SeedResult = { limits in
            let ticks = limits.ticksMax ?? 200
            let fails =
                needed.isDisjoint(with: limits.without) && ticks >= 37 && limits.jobsMax ?? 3 >= 2
                && limits.rowsMax ?? 90 >= 5
            return self.result(fails ? .noSecondCopy : nil, ticks)
        }
        var shrinker = try #require(Shrinker(run(Limits()), run: run))
        shrinker.shrink()
        #expect(Set(Fault.allCases).subtracting(shrinker.limits.without) == needed)
        #expect(shrinker.limits.ticksMax == 37 && shrinker.limits.jobsMax == 2 && shrinker.limits.rowsMax == 6)
        #expect(shrinker.command.hasPrefix("simulate --seed 7 --ticks 37 --jobs 2 --rows 6 --without powerCut,"))
    }

    @Test("another broken promise is another failure: it is not what is shrunk")
    func otherPromise() throws {
        let run: (Limits) -> SeedResult = { limits in
            self.result(limits.without.isEmpty ? .noSkip : .liveness, limits.ticksMax ?? 50)
        }
        var shrinker = try #require(Shrinker(run(Limits()), run: run))
        shrinker.shrink()
        #expect(shrinker.limits.without.isEmpty)
    }

    @Test("there is nothing to shrink where nothing failed")
    func passed() {
        #expect(Shrinker(result(nil, 10)) { _ in self.result(nil, 10) } == nil)
    }
}
