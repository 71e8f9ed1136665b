import CampaignEngine
import Foundation
import Logging

/// A campaign of so many recipients with three variables, as the other benches send it.
struct SampleJob {
    let recipients: Int
    let directory: String

    var listPath: String { directory + "/recipients-\(recipients).csv" }

    /// Writes the list, if it is not there yet.
    func makeList() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        guard !FileManager.default.fileExists(atPath: listPath) else { return }
        var text = "email,first_name,city,code\n"
        for row in 0..<recipients {
            text += "user\(row)@example.com,Ann\(row % 977),City\(row % 1013),\(row)\n"
        }
        try text.write(toFile: listPath, atomically: true, encoding: .utf8)
    }

    func definition(_ key: String) -> JobDefinition {
        let line = "The quick brown fox jumps over the lazy dog near the river bank.\n"
        let text =
            "Hello {{first_name}},\n\nthe shop in {{city}} has something for you: code {{code}}.\n"
            + String(repeating: line, count: 9)
        return JobDefinition(
            key: key, from: "Shop <shop@example.com>", subject: "{{first_name}}, spring is here",
            text: Template(text, name: "message.txt"))
    }

    static var configuration: EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.logger = Logger(label: "campaign-bench") { _ in SwiftLogNoOpLogHandler() }
        return configuration
    }
}
