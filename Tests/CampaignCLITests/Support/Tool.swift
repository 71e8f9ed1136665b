import Foundation
import Testing

/// The built command line, run as a process of its own in a directory of its own.
struct Tool {
    struct Result {
        var status: Int32
        var output: String
        var diagnostics: String

        /// The output's lines as JSON objects.
        func objects() throws -> [[String: Any]] {
            try output.split(separator: "\n").map { line in
                try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            }
        }
    }

    let directory: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.path + "/campaign-tool-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)), as: UTF8.self)
    }

    /// The executable lies beside the tests' own.
    private static var executable: URL {
        #if os(macOS)
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("campaign")
        }
        #endif
        return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("campaign")
    }

    /// A run under way: its output goes to a file, so that nothing waits on a full pipe.
    final class Running {
        let process = Process()
        fileprivate var paths: (output: String, diagnostics: String) = ("", "")

        func end() throws -> Result {
            process.waitUntilExit()
            return Result(
                status: process.terminationStatus, output: try Self.text(paths.output),
                diagnostics: try Self.text(paths.diagnostics))
        }

        private static func text(_ path: String) throws -> String {
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
        }
    }

    /// Starts it. With `isOutputClosed` nobody reads what it prints.
    func start(
        _ arguments: [String], environment: [String: String] = [:], isOutputClosed: Bool = false
    ) throws -> Running {
        let running = Running()
        let process = running.process
        process.executableURL = Self.executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        var inherited = ProcessInfo.processInfo.environment.filter { $0.key != "CAMPAIGN_JOURNAL" }
        inherited.merge(environment) { $1 }
        process.environment = inherited
        let path = directory + "/" + UUID().uuidString
        running.paths = (path + ".out", path + ".err")
        for path in [running.paths.output, running.paths.diagnostics] {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        if isOutputClosed {
            let pipe = Pipe()
            try pipe.fileHandleForReading.close()
            process.standardOutput = pipe
        } else {
            process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: running.paths.output))
        }
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: running.paths.diagnostics))
        try process.run()
        return running
    }

    /// Runs it to its end.
    func run(
        _ arguments: String..., environment: [String: String] = [:], isOutputClosed: Bool = false
    ) throws -> Result {
        try start(arguments, environment: environment, isOutputClosed: isOutputClosed).end()
    }
}
