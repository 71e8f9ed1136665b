import Glibc

/// The lines that the driver reads.
enum Figures {
    static func say(_ name: String, _ value: Double) { print("\(name) \(Int(value.rounded()))") }
    static func say(_ name: String, _ value: some BinaryInteger) { print("\(name) \(value)") }

    /// What this process has used so far, user and system, in seconds.
    static var processorSeconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Runs `body` and gives what it took, in seconds.
    static func seconds(_ body: () throws -> Void) rethrows -> Double {
        let time = try ContinuousClock().measure(body)
        return time / .seconds(1)
    }
}
