/// What a search has found.
package struct SmallWorldReport: Sendable {
    package var name: String
    /// The configuration in a sentence.
    package var words: String
    /// Different worlds met.
    package var states = 0
    /// Steps between them, those to worlds met before included.
    package var transitions = 0
    /// Steps from the first world to the farthest.
    package var depth = 0
    /// Whether nothing new was left to find; else the search was cut at its depth or its number of worlds.
    package var isClosed = false
    /// Worlds in which the job is over.
    package var ends = 0
    /// Worlds that a crash leaves, and all others in which no engine runs the job.
    package var restarts = 0
    /// From every world the job ends within so many steps once nothing goes wrong any more, in whatever order they come.
    package var stepsToEndMax = 0
    package var elapsed: Duration = .zero
    package var failure: Failure?

    /// The shortest way to a breach.
    package struct Failure: Sendable, CustomStringConvertible {
        package var sentence: String
        /// The choices from the first world on, in words.
        package var path: [String]
        /// The job's events on that path.
        package var log: [String]

        package var description: String {
            let steps = path.enumerated().map { "  \($0 + 1). \($1)" }.joined(separator: "\n")
            return "\(sentence)\n\(steps)\n  the log:\n" + log.map { "    \($0)" }.joined(separator: "\n")
        }
    }
}

extension SmallWorldReport: CustomStringConvertible {
    package var description: String {
        let extent = isClosed ? "closed" : "cut"
        let summary =
            "\(name): \(states) worlds, \(transitions) steps, depth \(depth), \(extent), \(ends) ends, "
            + "\(restarts) restarts, over within \(stepsToEndMax) fault-free steps, \(elapsed) (\(words))"
        return failure.map { "\(summary)\nFAILED: \($0)" } ?? summary
    }
}
