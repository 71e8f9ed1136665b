/// What is left out of a world, to find out what a failure needs.
package struct Limits: Sendable, Hashable {
    package var without: [Fault] = []
    package var ticksMax: Int?
    package var jobsMax: Int?
    package var rowsMax: Int?

    package init() {}

    func apply(to options: inout SimulationOptions, _ lists: [SimulatedList]) {
        for fault in without { options[fault] = 0 }
        if let ticksMax { options.ticks = min(options.ticks, ticksMax) }
        if let jobsMax { options.jobs.removeLast(max(0, options.jobs.count - jobsMax)) }
        if let rowsMax {
            let longest = lists.lastIndex { $0.rows <= rowsMax } ?? 0
            for index in options.jobs.indices { options.jobs[index].list = min(options.jobs[index].list, longest) }
        }
    }

    /// The options of `simulate` that say the same.
    package var arguments: String {
        var words: [String] = []
        if let ticksMax { words.append("--ticks \(ticksMax)") }
        if let jobsMax { words.append("--jobs \(jobsMax)") }
        if let rowsMax { words.append("--rows \(rowsMax)") }
        if !without.isEmpty { words.append("--without " + without.map(\.name).joined(separator: ",")) }
        return words.joined(separator: " ")
    }
}
