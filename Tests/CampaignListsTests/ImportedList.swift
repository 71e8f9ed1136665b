import CampaignLists

/// An import with everything that went into its sinks.
struct ImportedList {
    struct Skip: Equatable {
        let ordinal: UInt32
        let reason: SkipReason
    }

    private(set) var outcome = ListImport.Outcome.empty
    private(set) var chunks: [RecipientChunk] = []
    private(set) var skips: [Skip] = []
    private(set) var content: [UInt8] = []

    init(
        _ lists: [ListSource], suppressions: [ListSource] = [], mode: ListImport.Mode = .refuse,
        temporaryDirectory: String, blockSizeBytes: Int = 256 << 10
    ) throws {
        var plan = ListImport(
            lists: lists, suppressions: suppressions, mode: mode, temporaryDirectory: temporaryDirectory)
        plan.blockSizeBytes = blockSizeBytes
        let kept = Kept()
        outcome = try plan.run(
            ListImport.Sinks(
                digest: testDigest, contentDigest: { kept.content += $0 },
                chunk: { index, bytes in
                    guard index == kept.chunks.count else { throw RecipientChunkError.damaged }
                    kept.chunks.append(try RecipientChunk(bytes))
                },
                skip: { kept.skips.append(Skip(ordinal: $0, reason: $1)) }))
        (chunks, skips, content) = (kept.chunks, kept.skips, kept.content)
    }

    private final class Kept {
        var chunks: [RecipientChunk] = []
        var skips: [Skip] = []
        var content: [UInt8] = []
    }

    func row(_ ordinal: UInt32) -> [String]? {
        chunks.lazy.compactMap { $0.row(ordinal: ordinal) }.first.map { row in
            outcome.columns.indices.map { String(decoding: row.bytes($0), as: UTF8.self) }
        }
    }

    var rows: [[String]] { (0..<outcome.rowsTotal).compactMap(row) }
}
