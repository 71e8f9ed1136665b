import CampaignDomain
import CampaignEngine
import Foundation

@testable import CampaignLog

/// A journal as an older engine left it, under `Fixtures/Journals`; `golden-journals` wrote it.
struct GoldenJournal {
    struct Expectation: Decodable {
        struct Job: Decodable {
            var id: UInt32
            var key: String
            var phase: UInt8
            /// In the order of `RecipientPhase`.
            var tally: [UInt32]
            var sequence: UInt64
            /// The folded state in hexadecimal digits.
            var state: String
        }

        var root: String
        var frames: UInt64
        var events: UInt64
        var jobs: [Job]
    }

    static let names = ["completed", "interrupted", "held", "limited"]

    let expected: Expectation
    private let directory: URL

    init(_ name: String) throws {
        directory = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/Journals/\(name)")
        expected = try JSONDecoder().decode(
            Expectation.self, from: Data(contentsOf: directory.appendingPathComponent("expected.json")))
    }

    /// A copy to work on: what is committed is never opened, so that no reader's lock file lands beside it.
    func copy(to journal: String) throws {
        try FileManager.default.createDirectory(
            atPath: journal, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let file = journal + "/data.mdb"
        try FileManager.default.copyItem(atPath: directory.appendingPathComponent("data.mdb").path, toPath: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    }

    /// The raw frames, independent of LMDB: lines of first sequence and bytes.
    func frames() throws -> [(sequence: UInt64, bytes: [UInt8])] {
        let text = try String(contentsOf: directory.appendingPathComponent("frames.txt"), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            guard words.count == 2, let sequence = UInt64(words[0]), let bytes = Hexadecimal.decode(String(words[1]))
            else { throw CocoaError(.fileReadCorruptFile) }
            return (sequence, bytes)
        }
    }
}
