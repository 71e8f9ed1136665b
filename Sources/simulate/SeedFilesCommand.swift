import ArgumentParser
import CampaignSimulation
import Foundation

/// Seeds that once failed, or that reach something rare: one in a line, with the options it needs and why it is kept.
struct SeedFilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seeds", abstract: "Runs every seed kept in a directory's *.txt files, each twice.")

    @Argument(help: "A directory of seed files.") var directory: String

    func run() throws {
        let lists = try SimulatedLists()
        defer { lists.remove() }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".txt") }
            .sorted()
        var count = 0
        for name in names {
            let text = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
                guard !words.isEmpty else { continue }
                count += 1
                try run(words, lists.all, at: "\(name):\(index + 1)")
            }
        }
        guard count > 0 else { throw ValidationError("there are no seeds in \(directory)") }
        print("\(count) kept seeds: all kept")
    }

    private func run(_ words: [String], _ lists: [SimulatedList], at place: String) throws {
        let command = try SeedsCommand.parse(["--seed"] + words)
        guard let seed = command.seed else { throw ValidationError("\(place): there is no seed") }
        let first = Simulation.run(seed: seed, lists, try command.limits())
        let second = Simulation.run(seed: seed, lists, try command.limits())
        if first.violation != nil || first.logRoot != second.logRoot {
            print("\(place): \(first.sentence)")
            if first.logRoot != second.logRoot { print("\(place): the second time: \(second.sentence)") }
            throw ExitCode.failure
        }
    }
}
