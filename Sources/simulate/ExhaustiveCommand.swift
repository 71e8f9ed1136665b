import ArgumentParser
import CampaignSimulation

/// Every way through small worlds.
struct ExhaustiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exhaustive",
        abstract: "Goes every way through small worlds: all orders of crashes, answers and requests.")

    @Flag(help: "Only the worlds that take seconds.") var quick = false
    @Option(help: "Only configurations whose name contains this.") var only: String?

    func run() throws {
        let all = quick ? SmallWorldConfiguration.quick : SmallWorldConfiguration.catalogue
        let chosen = all.filter { only.map($0.name.contains) ?? true }
        guard !chosen.isEmpty else {
            throw ValidationError(
                "no configuration has that name; there are: \(all.map(\.name).joined(separator: "; "))")
        }
        var states = 0
        var transitions = 0
        var isClosed = true
        for configuration in chosen {
            let report = SmallWorldSearch(configuration).run()
            print(report)
            guard report.failure == nil else { throw ExitCode.failure }
            states += report.states
            transitions += report.transitions
            isClosed = isClosed && report.isClosed
        }
        let extent = isClosed ? "nothing left to find" : "some were cut at their bound"
        print("\(chosen.count) small worlds: \(states) states, \(transitions) steps, all kept; \(extent)")
    }
}
