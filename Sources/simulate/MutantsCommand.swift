#if CAMPAIGN_MUTANTS
import ArgumentParser
import CampaignMutants
import Foundation

/// Every planted bug in turn, each in a process of its own: a bug may also end in a trap, and that counts as found.
struct MutantsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutants", abstract: "Plants each known bug and sees whether the simulator finds it.")

    @Option(help: "The first seed.") var first: UInt64 = 1
    @Option(help: "A mutant that lives so long has survived.") var seeds: UInt64 = 5000

    func run() throws {
        var survivors: [Mutant] = []
        var longest = 0
        let width = Mutant.allCases.map(\.rawValue.count).max() ?? 0
        for mutant in Mutant.allCases {
            let outcome = try hunt(mutant)
            let name = mutant.rawValue.padding(toLength: width, withPad: " ", startingAt: 0)
            if let found = outcome {
                longest = max(longest, found.seeds)
                print("\(name)  seed \(found.seeds)  \(found.how)")
            } else {
                survivors.append(mutant)
                print("\(name)  SURVIVED \(seeds) seeds")
            }
        }
        let all = Mutant.allCases.count
        guard survivors.isEmpty else {
            print("\(survivors.count) of \(all) mutants survived: \(survivors.map(\.rawValue).joined(separator: ", "))")
            throw ExitCode.failure
        }
        print("all \(all) mutants found, each within \(longest) seeds")
    }

    /// How many seeds it took, and what gave it away; nil when nothing did.
    private func hunt(_ mutant: Mutant) throws -> (seeds: Int, how: String)? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = [
            "run", "--hunt", "--mutant", mutant.rawValue, "--first", "\(first)", "--seeds", "\(seeds)",
        ]
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_BACKTRACE"] = "enable=no"
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = output.split(separator: "\n")
        let begun = lines.filter { $0.hasPrefix("begin ") }.count
        if process.terminationReason == .uncaughtSignal { return (begun, "the machine refuses to go on (a trap)") }
        guard process.terminationStatus != 0, let last = lines.last else { return nil }
        return (begun, String(last))
    }
}
#endif
