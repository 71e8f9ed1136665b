import Foundation

/// A recording server that may die and come back at its port, writing into the same record.
final class StormServer {
    private let scratch: Scratch
    private let record: String
    private let options: [String]
    private var server: RecordingServer
    /// When it is to come back; nil while it is not known to be dead.
    private var returnsAt: ContinuousClock.Instant?
    /// How often it died, for whatever reason.
    private(set) var deaths = 0

    init(_ scratch: Scratch, index: Int, options: [String]) async throws {
        (self.scratch, self.options) = (scratch, options)
        record = "accepted-\(index).txt"
        server = try await RecordingServer.start(scratch, record: record, port: 0, options: options)
    }

    var count: Int { server.quickCount }
    var accepted: [RecordingServer.Accepted] { server.accepted }
    func url(_ query: String) -> String { server.url(query) }
    func send(_ signal: Int32) { server.send(signal) }

    /// Kills it; ``attend()`` brings it back after the time.
    func kill(awayMilliseconds: Int) async throws {
        guard server.isRunning else { return }
        try await server.end()
        deaths += 1
        returnsAt = .now + .milliseconds(awayMilliseconds)
    }

    /// Brings it back when its time has come. One that died by itself stays away for a moment.
    func attend() async throws {
        guard !server.isRunning else { return }
        if let returnsAt {
            if .now >= returnsAt { try await revive() }
        } else {
            deaths += 1
            returnsAt = .now + .milliseconds(100)
        }
    }

    /// Brings it back at once.
    func revive() async throws {
        send(SIGCONT)
        guard !server.isRunning else { return }
        if returnsAt == nil { deaths += 1 }
        returnsAt = nil
        // The port may be taken for a moment by a connection that goes out from it.
        var attempts = 0
        while true {
            do {
                server = try await RecordingServer.start(scratch, record: record, port: server.port, options: options)
                return
            } catch  where attempts < 20 {
                attempts += 1
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
