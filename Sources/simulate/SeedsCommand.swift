import ArgumentParser
import CampaignSimulation
import Foundation

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// One seed, or many.
struct SeedsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs one seed or many; ends with one line that says what came of it.")

    @Option(help: "Run this seed alone.") var seed: UInt64?
    @Flag(help: "With --seed: every step, fault and event.") var verbose = false
    @Option(help: "How many seeds to run.") var seeds: UInt64 = 1000
    @Option(help: "The first seed; a fresh one each time where it is not given.") var first: UInt64?
    @Option(help: "How many threads.") var threads = ProcessInfo.processInfo.activeProcessorCount
    @Option(help: "Every how many seeds one is run twice, to see that it gives the same log; 0 is never.")
    var twiceEvery: UInt64 = 16
    @Flag(help: "Fail where a fault or a branch of recovery was not reached.") var requireMarks = false
    @Flag(help: "Print how often each mark was reached.") var marks = false
    @Option(help: "Stop after this many failures.") var failures = 1

    @Option(help: "At most so many steps with faults.") var ticks: Int?
    @Option(help: "At most so many jobs.") var jobs: Int?
    @Option(help: "At most so many rows in a list.") var rows: Int?
    @Option(help: "Kinds of fault to leave out, separated by commas.") var without: String?
    #if CAMPAIGN_MUTANTS
    @Option(help: "Plant this bug.") var mutant: String?
    @Flag(help: ArgumentHelp("One seed after the other, each announced before it begins.", visibility: .hidden))
    var hunt = false
    #endif

    func run() throws {
        #if CAMPAIGN_MUTANTS
        if let mutant {
            guard let planted = Mutant(rawValue: mutant) else { throw ValidationError("there is no mutant \(mutant)") }
            unsafe Mutant.planted = planted
        }
        #endif
        let lists = try SimulatedLists()
        defer { lists.remove() }
        #if CAMPAIGN_MUTANTS
        if hunt { return try hunt(lists.all) }
        #endif
        if let seed { try runOne(seed, lists.all) } else { try runMany(lists.all) }
    }

    func limits() throws -> Limits {
        var limits = Limits()
        limits.ticksMax = ticks
        limits.jobsMax = jobs
        limits.rowsMax = rows
        for name in (without ?? "").split(separator: ",") {
            guard let fault = Fault(name: String(name)) else {
                let known = Fault.allCases.map(\.name).joined(separator: ", ")
                throw ValidationError("there is no fault \(name); there are: \(known)")
            }
            limits.without.append(fault)
        }
        return limits
    }

    private func runOne(_ seed: UInt64, _ lists: [SimulatedList]) throws {
        let trace: ((String) -> Void)? = verbose ? { print($0) } : nil
        let result = Simulation.run(seed: seed, lists, try limits(), trace: trace)
        let again = Simulation.run(seed: seed, lists, try limits())
        print(result.sentence)
        guard again.logRoot == result.logRoot else {
            print("seed \(seed) gave another log the second time: \(again.logRoot)")
            throw ExitCode.failure
        }
        if result.violation != nil { throw ExitCode.failure }
    }

    private func runMany(_ lists: [SimulatedList]) throws {
        let start = first ?? UInt64.random(in: 0...UInt64.max >> 1)
        var range = SeedRange(
            first: start, count: seeds, threads: threads, twiceEvery: twiceEvery, limits: try limits(),
            failuresMax: failures)
        range.failuresMax = max(failures, 1)
        let began = ContinuousClock.now
        let line = ProgressLine(total: seeds)
        let report = range.run(lists) { line.show($0) }
        line.clear()
        let elapsed = (ContinuousClock.now - began).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        if marks { print(report.markTable) }
        for failure in report.failures { try explain(failure, lists) }
        for seed in report.unsteady { print("seed \(seed) gave two logs") }
        let missing = requireMarks ? report.marks.missing : []
        if !missing.isEmpty { print("not reached: \(missing.map { "\($0)" }.joined(separator: ", "))") }
        print(report.sentence(first: start, seconds: seconds))
        if !report.failures.isEmpty || !report.unsteady.isEmpty || !missing.isEmpty { throw ExitCode.failure }
    }

    private func explain(_ failure: SeedResult, _ lists: [SimulatedList]) throws {
        print(failure.sentence)
        #if CAMPAIGN_MUTANTS
        let planted = mutant
        #else
        let planted: String? = nil
        #endif
        let shrinker = Shrinker(failure, try limits(), mutant: planted) {
            Simulation.run(seed: failure.seed, lists, $0)
        }
        guard var shrinker else { return }
        shrinker.shrink()
        print("  smallest in \(shrinker.runs) tries: \(shrinker.result.sentence)")
        print("  again: \(shrinker.command)")
    }

    #if CAMPAIGN_MUTANTS
    /// A seed that traps must have said which one it is.
    private func hunt(_ lists: [SimulatedList]) throws {
        for seed in (first ?? 1)..<((first ?? 1) + seeds) {
            // Unbuffered: a trap would keep the line.
            FileHandle.standardOutput.write(Data("begin \(seed)\n".utf8))
            guard let violation = Simulation.run(seed: seed, lists, try limits()).violation else { continue }
            print("\(violation)")
            throw ExitCode.failure
        }
    }
    #endif
}
