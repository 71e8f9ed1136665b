import Foundation

extension SeedResult {
    /// One line: what came of the seed, and the log's root.
    package var sentence: String {
        let what = violation.map { "FAILED \($0)" } ?? "ok"
        return "seed \(seed): \(what), \(events) events, \(processes) processes, \(ticks) steps, log \(logRoot)"
    }
}

extension SeedRangeReport {
    /// One line for all seeds.
    package func sentence(first: UInt64, seconds: Double) -> String {
        let result = failures.isEmpty && unsteady.isEmpty ? "all kept" : "\(failures.count + unsteady.count) FAILED"
        let rate = Int(Double(seeds) / seconds)
        let speed = Int(Double(time) / 1000 / seconds)
        let years = Double(time) / 1000 / 86_400 / 365.25
        return "\(seeds) seeds from \(first): \(result); \(events) events, \(processes) processes, "
            + "\(String(format: "%.1f", years)) simulated years; \(rate) seeds/s, \(speed) x real time; "
            + "digest \(String(format: "%016llx", digest))"
    }

    /// How often each mark was reached, one in a line.
    package var markTable: String {
        let width = Mark.allCases.map { "\($0)".count }.max() ?? 0
        return Mark.allCases
            .map { "\("\($0)".padding(toLength: width, withPad: " ", startingAt: 0))  \(marks.count($0))" }
            .joined(separator: "\n")
    }
}
