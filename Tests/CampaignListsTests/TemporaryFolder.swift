import CampaignLists
import Foundation

/// A folder of its own for one test; gone with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("campaign-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ content: [UInt8], _ name: String) throws -> ListSource {
        let file = "\(path)/\(name)"
        try Data(content).write(to: URL(fileURLWithPath: file))
        return try ListSource(path: file)
    }

    func write(_ content: String, _ name: String) throws -> ListSource { try write(Array(content.utf8), name) }

    var entries: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
}

enum Fixture {
    static func path(_ name: String) -> String {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder.appendingPathComponent("Fixtures/" + name).path
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

/// A stand-in for the cryptographic digest.
func testDigest(_ bytes: [UInt8]) -> (UInt64, UInt64) {
    var high = SeededGenerator(state: 1)
    var low = SeededGenerator(state: 2)
    for byte in bytes {
        high.state = high.next() ^ UInt64(byte)
        low.state = low.next() ^ UInt64(byte)
    }
    return (high.next(), low.next())
}
