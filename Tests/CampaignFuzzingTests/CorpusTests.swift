import CampaignFuzzing
import Foundation
import Testing

/// Every input that a search has found worth keeping, and every one that once broke something.
@Suite("The fuzzer's corpus")
struct CorpusTests {
    private static let corpus = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/Corpus")

    @Test("keeps every property", arguments: Property.allCases)
    func replay(_ property: Property) throws {
        let directory = Self.corpus.appendingPathComponent(property.rawValue)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(!names.isEmpty, "a target without seeds finds little")
        for name in names {
            let input = [UInt8](try Data(contentsOf: directory.appendingPathComponent(name)))
            #expect(throws: Never.self, "\(property.rawValue)/\(name)") { try property.check(input) }
        }
    }

    @Test("keeps every property when each input is cut short", arguments: Property.allCases)
    func truncated(_ property: Property) throws {
        let directory = Self.corpus.appendingPathComponent(property.rawValue)
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() {
            let input = [UInt8](try Data(contentsOf: directory.appendingPathComponent(name)))
            for length in Set([0, 1, 2, input.count / 2, max(input.count - 1, 0)]).sorted() where length < input.count {
                #expect(throws: Never.self, "\(property.rawValue)/\(name), \(length) bytes") {
                    try property.check(Array(input[..<length]))
                }
            }
        }
    }
}
