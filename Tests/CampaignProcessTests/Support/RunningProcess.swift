import Foundation

/// How a process ended, and what it printed.
struct Finished: CustomStringConvertible {
    /// The exit status, or minus the signal that ended it.
    var status: Int32
    var output: String
    var diagnostics: String

    var description: String {
        "status \(status)\noutput: \(output.suffix(2000))\ndiagnostics: \(diagnostics.suffix(2000))"
    }
}

/// A program that is running; it is killed when the value goes.
final class RunningProcess {
    private let process = Process()
    private let outputPath: String
    private let diagnosticsPath: String
    let name: String

    /// - Parameter directory: where its output is kept, in files: a pipe could fill up and stop it.
    init(_ program: String, _ arguments: [String], directory: String, workingDirectory: String? = nil) throws {
        name = ([(program as NSString).lastPathComponent] + arguments).joined(separator: " ")
        let stem = directory + "/" + UUID().uuidString
        (outputPath, diagnosticsPath) = (stem + ".out", stem + ".err")
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: workingDirectory ?? directory)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.created(outputPath)
        process.standardError = try Self.created(diagnosticsPath)
        try process.run()
    }

    deinit {
        if process.isRunning { send(SIGKILL) }
        try? FileManager.default.removeItem(atPath: outputPath)
        try? FileManager.default.removeItem(atPath: diagnosticsPath)
    }

    private static func created(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: path))
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }

    var pid: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    var output: String { Self.text(outputPath) }
    var diagnostics: String { Self.text(diagnosticsPath) }

    func send(_ signal: Int32) { _ = kill(pid, signal) }

    /// Ends it as a power switch would, and waits until it is gone.
    func end() async throws {
        send(SIGKILL)
        _ = try await finished()
    }

    /// Waits for its end.
    func finished(within limit: Duration = .seconds(60)) async throws -> Finished {
        try await Eventually.holds("the end of \(name); it said: \(diagnostics.suffix(1000))", within: limit) {
            !process.isRunning
        }
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return Finished(status: status, output: output, diagnostics: diagnostics)
    }

    private static func text(_ path: String) -> String {
        (try? Data(contentsOf: URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
