/// The lines that the driver reads.
enum Figures {
    static func say(_ name: String, _ value: Double) { print("\(name) \(Int(value.rounded()))") }
    static func say(_ name: String, _ value: some BinaryInteger) { print("\(name) \(value)") }

    /// Runs `body` and gives what it took, in seconds.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let time = try ContinuousClock().measure(body)
        return time / .seconds(1)
    }
}
