import CampaignLists
import Testing

@Suite("Duplicates and suppressed addresses")
struct DeduplicatorTests {
    struct Found: Equatable {
        let ordinal: UInt32
        let verdict: Deduplicator.Verdict
    }

    private static func digest(_ key: Int) -> (UInt64, UInt64) {
        var generator = SeededGenerator(state: UInt64(key))
        return (generator.next(), generator.next())
    }

    /// Adds `keys` in order, some of them out of turn, and compares with a dictionary and a set.
    private static func agrees(
        _ keys: [Int], suppressed: [Int], blockRecords: Int, _ random: inout SeededGenerator
    )
        throws
    {
        let folder = try TemporaryFolder()
        var deduplicator = Deduplicator(directory: folder.path, blockRecords: blockRecords)
        for key in suppressed.prefix(suppressed.count / 2) { try deduplicator.addSuppressed(digest: digest(key)) }
        for (ordinal, key) in keys.enumerated().shuffled(using: &random) {
            try deduplicator.add(digest: digest(key), ordinal: UInt32(ordinal))
        }
        for key in suppressed.dropFirst(suppressed.count / 2) { try deduplicator.addSuppressed(digest: digest(key)) }
        var found: [Found] = []
        try deduplicator.finish { found.append(Found(ordinal: $0, verdict: $1)) }

        var expected: [Found] = []
        var first: [Int: UInt32] = [:]
        let refused = Set(suppressed)
        for (index, key) in keys.enumerated() {
            let ordinal = UInt32(index)
            if refused.contains(key) {
                expected.append(Found(ordinal: ordinal, verdict: .suppressed))
            } else if let earlier = first[key] {
                expected.append(Found(ordinal: ordinal, verdict: .duplicate(of: earlier)))
            } else {
                first[key] = ordinal
            }
        }
        #expect(found == expected)
        #expect(folder.entries.isEmpty)
    }

    @Test("agrees with a set, in memory and through temporary files", arguments: [1, 2, 3, 16, 1024])
    func oracle(_ blockRecords: Int) throws {
        var random = SeededGenerator(state: UInt64(blockRecords))
        for (rows, keys) in [(0, 1), (1, 1), (2, 1), (500, 1), (500, 400), (3000, 1000), (20_000, 15_000)] {
            let list = (0..<rows).map { _ in Int.random(in: 0..<keys, using: &random) }
            let suppressed = (0..<keys / 10).map { _ in Int.random(in: 0..<keys * 2, using: &random) }
            try Self.agrees(list, suppressed: suppressed, blockRecords: blockRecords, &random)
        }
    }

    @Test("both halves of a digest count")
    func halves() throws {
        let folder = try TemporaryFolder()
        var deduplicator = Deduplicator(directory: folder.path)
        for (ordinal, digest) in [(1, 1), (1, 2), (2, 1), (1, 1)].enumerated() {
            try deduplicator.add(digest: (UInt64(digest.0), UInt64(digest.1)), ordinal: UInt32(ordinal))
        }
        var found: [Found] = []
        try deduplicator.finish { found.append(Found(ordinal: $0, verdict: $1)) }
        #expect(found == [Found(ordinal: 3, verdict: .duplicate(of: 0))])
    }

    @Test("the highest ordinal that a list can have is handled")
    func highestOrdinal() throws {
        let folder = try TemporaryFolder()
        var deduplicator = Deduplicator(directory: folder.path)
        for ordinal in [UInt32.max - 1, 0, UInt32.max / 2] { try deduplicator.add(digest: (9, 9), ordinal: ordinal) }
        var found: [UInt32] = []
        try deduplicator.finish { ordinal, _ in found.append(ordinal) }
        #expect(found == [UInt32.max / 2, UInt32.max - 1])
    }

    @Test("a folder that cannot take the temporary file is a typed error")
    func noFolder() throws {
        var deduplicator = Deduplicator(directory: "/nonexistent/folder", blockRecords: 1)
        try deduplicator.add(digest: (0, 0), ordinal: 0)
        #expect(throws: ListError.self) { try deduplicator.add(digest: (0, 0), ordinal: 1) }
    }
}
