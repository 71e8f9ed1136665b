/// Waits for what another process does. There is nothing to wait on but its effects, so they are looked at again and
/// again, up to a deadline.
enum Eventually {
    struct Missed: Error, CustomStringConvertible {
        var description: String
    }

    /// Returns once `condition` holds; says what was waited for when it never does.
    static func holds(
        _ what: @autoclosure () -> String, within limit: Duration = .seconds(30),
        every interval: Duration = .milliseconds(2), _ condition: () throws -> Bool
    ) async throws {
        let began = ContinuousClock.now
        while try !condition() {
            guard ContinuousClock.now - began < limit else {
                throw Missed(description: "waited \(limit) in vain for: \(what())")
            }
            try await Task.sleep(for: interval)
        }
    }

    /// Watches for a while that something does not happen; false when it does.
    static func never(_ limit: Duration, _ condition: () throws -> Bool) async throws -> Bool {
        let began = ContinuousClock.now
        while ContinuousClock.now - began < limit {
            if try condition() { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// Lets a moment pass that is chosen at random: so that something happens at any point of another process's work.
    static func moment(_ duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }
}
