import CampaignEngine
import Foundation

/// A directory that goes away with the test.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("campaign-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ content: String) throws -> String {
        let file = "\(path)/\(name)"
        try content.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    var journal: String { "\(path)/journal" }
}

/// A small campaign.
enum Sample {
    static let definition = JobDefinition(
        key: "spring", name: "Spring", from: "Shop <shop@example.com>", subject: "{{name}}, spring is here",
        text: Template("Hello {{name}}\n", name: "message.txt"))

    static func list(_ count: Int) -> String {
        var text = "email,name\n"
        for index in 0..<count { text += "r\(index)@example.com,Name \(index)\n" }
        return text
    }
}
