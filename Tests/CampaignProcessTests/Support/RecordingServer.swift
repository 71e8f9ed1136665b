import Foundation

/// A recording SMTP server in a process of its own, and its record of everything it accepted.
final class RecordingServer {
    /// One accepted message for one recipient.
    struct Accepted: Hashable {
        var key: String
        var address: String
    }

    /// Not the address that clients call from: while a server is away, one that calls it may be given the server's own port
    /// to call from, and then talks to itself on a port that the server does not get back.
    private static let host = "127.0.0.2"

    let port: Int
    private let process: RunningProcess
    private let recordPath: String

    private init(_ process: RunningProcess, port: Int, recordPath: String) {
        self.process = process
        self.port = port
        self.recordPath = recordPath
    }

    /// - Parameter port: 0 for any free one; an earlier server's to come back where it was.
    static func start(
        _ scratch: Scratch, record: String = "accepted.txt", port: Int = 0, _ options: String...
    ) async throws -> RecordingServer {
        try await start(scratch, record: record, port: port, options: options)
    }

    static func start(
        _ scratch: Scratch, record: String, port: Int, options: [String]
    ) async throws -> RecordingServer {
        let path = scratch.file(record)
        let process = try RunningProcess(
            try Programs.recordingServer(), ["--host", host, "--port", "\(port)", "--record", path] + options,
            directory: scratch.path)
        var found: Int?
        try await Eventually.holds("the recording server to listen; it said: \(process.diagnostics)") {
            let words = process.output.split(whereSeparator: \.isWhitespace)
            if words.count == 2, words[0] == "ready" { found = Int(words[1]) }
            return found != nil || !process.isRunning
        }
        guard let found else {
            throw Programs.Missing(description: "the recording server ended: \(process.diagnostics)")
        }
        return RecordingServer(process, port: found, recordPath: path)
    }

    func url(_ query: String = "connections=20") -> String { "smtp://\(Self.host):\(port)?\(query)" }

    func send(_ signal: Int32) { process.send(signal) }
    func end() async throws { try await process.end() }
    var isRunning: Bool { process.isRunning }

    var accepted: [Accepted] { Self.accepted(recordPath) }

    /// Lines so far, without reading them all as text.
    var count: Int {
        (try? Data(contentsOf: URL(fileURLWithPath: recordPath), options: .alwaysMapped))?
            .reduce(into: 0) { if $1 == UInt8(ascii: "\n") { $0 += 1 } } ?? 0
    }

    /// Lines so far, from the record's size: the lines of a ``TestCampaign`` are equally long.
    var quickCount: Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: recordPath)
        return ((attributes?[.size] as? NSNumber)?.intValue ?? 0) / Self.lineSizeBytes
    }

    /// A key of 26 characters, a tab, `r000000@example.com`, a tab, the message's size in three digits, a line end.
    private static let lineSizeBytes = 26 + 1 + 19 + 1 + 3 + 1

    private static func accepted(_ path: String) -> [Accepted] {
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: path)) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return Accepted(key: fields[0], address: fields.count > 1 ? fields[1] : "")
        }
    }
}
