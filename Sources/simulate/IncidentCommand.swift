import ArgumentParser
import CampaignSimulation
import Foundation

/// What once happened to other systems, with its numbers.
struct IncidentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident", abstract: "Puts the engine through what once happened to other systems.")

    @Argument(help: "Incident files; all of Fixtures/Incidents when none is given.") var files: [String] = []
    @Flag(help: "Every step, fault and event.") var verbose = false

    func run() throws {
        let directory = "Fixtures/Incidents"
        let all =
            files.isEmpty
            ? try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".yaml") }.sorted()
                .map { "\(directory)/\($0)" } : files
        guard !all.isEmpty else { throw ValidationError("there are no incidents") }
        let temporary = FileManager.default.temporaryDirectory.path + "/incident-\(getpid()).csv"
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        var failed = 0
        for path in all {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let incident = try IncidentFile.read(text, name: path)
            let list = try SimulatedList.write(rows: incident.recipients, to: temporary)
            let began = ContinuousClock.now
            let run = IncidentRun(incident, list, trace: verbose ? { print($0) } : nil)
            let seconds = Double((ContinuousClock.now - began).milliseconds) / 1000
            if run.violation != nil { failed += 1 }
            let result = run.violation.map { "FAILED \($0)" } ?? "as told"
            print("\(incident.row) \(incident.title): \(result); \(run.summary); \(seconds) s")
        }
        print("\(all.count) incidents: \(failed == 0 ? "all as told" : "\(failed) FAILED")")
        if failed > 0 { throw ExitCode.failure }
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
