#if CAMPAIGN_MUTANTS
import ArgumentParser
import CampaignMutants
import Foundation
import Synchronization

/// Every planted bug in turn, each in a process of its own: a bug may also end in a trap, and that counts as found.
struct MutantsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutants", abstract: "Plants each known bug and sees whether the simulator finds it.")

    @Option(help: "The first seed.") var first: UInt64 = 1
    @Option(help: "A mutant that lives so long has survived.") var seeds: UInt64 = 20000

    @Option(help: "How many mutants are hunted at once.") var threads = ProcessInfo.processInfo.activeProcessorCount

    /// How many seeds it took, and what gave it away; no seeds where nothing did.
    private struct Hunt: Sendable {
        var seeds: Int?
        var how: String
    }

    func run() throws {
        let all = Mutant.allCases
        let hunts = Mutex([Hunt?](repeating: nil, count: all.count))
        let next = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: max(threads, 1)) { _ in
            while true {
                let index = next.withLock { next in
                    defer { next += 1 }
                    return next
                }
                guard index < all.count else { return }
                let found = (try? hunt(all[index])) ?? Hunt(seeds: nil, how: "the hunt could not be started")
                hunts.withLock { $0[index] = found }
            }
        }
        let width = all.map(\.rawValue.count).max() ?? 0
        var survivors: [String] = []
        var longest = 0
        for (mutant, found) in zip(all, hunts.withLock { $0 }) {
            let name = mutant.rawValue.padding(toLength: width, withPad: " ", startingAt: 0)
            if let found, let seeds = found.seeds {
                longest = max(longest, seeds)
                print("\(name)  seed \(seeds)  \(found.how)")
            } else {
                survivors.append(mutant.rawValue)
                print("\(name)  SURVIVED: \(found?.how ?? "")")
            }
        }
        guard survivors.isEmpty else {
            print("\(survivors.count) of \(all.count) mutants survived: \(survivors.joined(separator: ", "))")
            throw ExitCode.failure
        }
        print("all \(all.count) mutants found, each within \(longest) seeds")
    }

    private func hunt(_ mutant: Mutant) throws -> Hunt {
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
        if process.terminationReason == .uncaughtSignal {
            return Hunt(seeds: begun, how: "the machine refuses to go on (a trap)")
        }
        guard process.terminationStatus != 0, let last = lines.last else {
            return Hunt(seeds: nil, how: "\(seeds) seeds")
        }
        return Hunt(seeds: begun, how: String(last))
    }
}
#endif
