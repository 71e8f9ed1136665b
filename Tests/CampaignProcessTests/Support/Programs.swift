import Foundation

/// Where the programs lie that these tests start: beside the test bundle, where one build puts everything.
enum Programs {
    struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    /// The command line; `CAMPAIGN_BINARY` names another one.
    static func campaign() throws -> String { try find("campaign", variable: "CAMPAIGN_BINARY") }

    /// The server that records what it accepts before it replies.
    static func recordingServer() throws -> String {
        try find("recording-smtp-server", variable: "RECORDING_SMTP_SERVER_BINARY")
    }

    private static func find(_ name: String, variable: String) throws -> String {
        if let named = ProcessInfo.processInfo.environment[variable], !named.isEmpty { return named }
        var places = [Bundle.main.bundlePath, Bundle.main.executablePath ?? ""]
        places.append(CommandLine.arguments.first ?? "")
        for place in places where !place.isEmpty {
            var directory = URL(fileURLWithPath: place)
            // A bundle may be a directory with the executable somewhere inside.
            for _ in 0..<4 {
                let candidate = directory.appendingPathComponent(name).path
                var isDirectory: ObjCBool = false
                let exists = unsafe FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory)
                if exists, !isDirectory.boolValue { return candidate }
                directory.deleteLastPathComponent()
            }
        }
        throw Missing(
            description: "\(name) is not beside the test bundle (looked from \(places)); build it, or set \(variable)")
    }
}
