import Foundation

/// One run of `crash-images`, in a directory of its own in memory.
struct Tool {
    /// The exit status, or minus the signal that ended it.
    var status: Int32
    var output: String
    let directory: Directory

    /// Removed with the last run that uses it.
    final class Directory: Sendable {
        let path: String

        init() throws {
            let parent = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
            path = "\(parent)/crash-images-tests-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    static func run(_ arguments: String...) async throws -> Tool {
        let directory = try Directory()
        return try await run(in: directory, arguments + ["--directory", directory.path])
    }

    static func run(in directory: Directory, _ arguments: [String]) async throws -> Tool {
        // A file: nobody reads along, and a pipe could fill up.
        let output = URL(fileURLWithPath: directory.path + "/output-\(UUID().uuidString)")
        try Data().write(to: output)
        let process = Process()
        process.executableURL = try program()
        process.arguments = arguments
        process.standardOutput = try FileHandle(forWritingTo: output)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Tool(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self), directory: directory)
    }

    /// Beside the test bundle, where one build puts everything.
    private static func program() throws -> URL {
        let places = [Bundle.main.bundlePath, Bundle.main.executablePath ?? "", CommandLine.arguments.first ?? ""]
        for place in places where !place.isEmpty {
            var directory = URL(fileURLWithPath: place)
            for _ in 0..<4 {
                let candidate = directory.appendingPathComponent("crash-images")
                let values = try? candidate.resourceValues(forKeys: [.isRegularFileKey])
                if values?.isRegularFile == true { return candidate }
                directory.deleteLastPathComponent()
            }
        }
        throw Missing(description: "crash-images is not beside the test bundle (looked from \(places)); build it")
    }
}
