import Foundation

/// `smtp-sink`, which dumps what it accepts into a file.
final class SMTPSink {
    let port: Int
    private let process: RunningProcess
    private let dump: String

    private init(_ process: RunningProcess, port: Int, dump: String) {
        self.process = process
        self.port = port
        self.dump = dump
    }

    /// It cannot be told to take any free port, and between the choice of one and its start somebody may take that.
    static func start(_ scratch: Scratch, _ options: [String]) async throws -> SMTPSink {
        var ended = ""
        for attempt in 1...5 {
            let sink = try launch(scratch, options, attempt)
            try await Eventually.holds("smtp-sink to listen; it said: \(sink.process.diagnostics)") {
                Loopback.answers(port: sink.port) || !sink.process.isRunning
            }
            if sink.process.isRunning { return sink }
            ended = sink.process.diagnostics
        }
        throw Programs.Missing(description: "smtp-sink ended: \(ended)")
    }

    private static func launch(_ scratch: Scratch, _ options: [String], _ attempt: Int) throws -> SMTPSink {
        let port = try Loopback.freePort()
        // As root it gives its rights up, and must be able to write as nobody.
        _ = unsafe chmod(scratch.path, 0o777)
        let dump = scratch.file("sink-\(attempt).txt")
        let user = getuid() == 0 ? ["-u", "nobody"] : []
        let process = try RunningProcess(
            "/usr/sbin/smtp-sink", user + options + ["-D", dump, "127.0.0.1:\(port)", "100"], directory: scratch.path)
        return SMTPSink(process, port: port, dump: dump)
    }

    func end() async throws { try await process.end() }

    /// Each begins with the sink's own lines about the client; the connection that saw it listen left none.
    func messages() throws -> [String] {
        // The first message makes it.
        guard FileManager.default.fileExists(atPath: dump) else { return [] }
        let text = try String(contentsOfFile: dump, encoding: .utf8).replacingOccurrences(of: "\r\n", with: "\n")
        return text.components(separatedBy: "X-Client-Addr: ").dropFirst().map { $0 }
    }
}
