/// A storm as its seed draws it: where to, how many, under which policy, and what goes wrong at which points.
struct StormPlan: CustomStringConvertible {
    /// A fault and its moment: so many acceptances, counted at the servers and by the pickup.
    struct Step: Equatable {
        var progress: Int
        var fault: StormFault
    }

    /// A recording server's habits.
    struct Server: Equatable {
        var connections: Int
        var retries: Int
        var retryIntervalMilliseconds: Int
        /// Options of `recording-smtp-server`.
        var options: [String] = []
        /// Every so manieth message is cut off, 0 for none; the chance of it for each one, in percent.
        var cutEvery = 0
        var cutPercent = 0
        var defers = false
    }

    let seed: UInt64
    var recipients: Int
    var servers: [Server]
    /// Whether there is a drop directory too, and its retries.
    var dropRetries: Int?
    /// Messages that the drop directory takes at a time.
    var dropConnections: Int
    var resends: Bool
    /// Whether a server refuses the recipients whose number ends in this.
    var refusedEnding: String?
    /// Where the journal lies: on a small disk of its own, or on the machine's.
    var journalIsOnSmallDisk: Bool
    var steps: [Step]

    /// The command that carries out this very plan again.
    var repeatCommand: String { "make storm SEED=\(seed) COUNT=1" }

    /// Connections of all servers: what one crash may leave in doubt.
    var connections: Int { servers.map(\.connections).reduce(0, +) }

    /// Recipients whose address ends in `refusedEnding` before the `@`.
    func isRefused(_ address: String) -> Bool {
        refusedEnding.map { address.hasSuffix($0 + "@example.com") } ?? false
    }

    var description: String {
        var text = "seed \(seed): \(recipients) recipients, \(resends ? "resend" : "hold")"
        if let refusedEnding { text += ", …\(refusedEnding)@ refused" }
        for (index, server) in servers.enumerated() {
            text += "\n  server \(index): connections=\(server.connections) retries=\(server.retries)×"
            text += "\(server.retryIntervalMilliseconds) ms \(server.options.joined(separator: " "))"
        }
        if let dropRetries { text += "\n  drop directory, connections=\(dropConnections) retries=\(dropRetries)" }
        if journalIsOnSmallDisk { text += "\n  journal on a small disk" }
        for step in steps { text += "\n  at \(step.progress): \(step.fault)" }
        return text
    }
}
