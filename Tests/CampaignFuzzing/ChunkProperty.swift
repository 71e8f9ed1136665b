import CampaignLists

/// Stored rows are refused, or have exactly the bytes that their fields are written as.
enum ChunkProperty {
    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        let chunk: RecipientChunk
        do throws(RecipientChunkError) {
            chunk = try RecipientChunk(input)
        } catch {
            return
        }
        var builder = RecipientChunkBuilder(columnsTotal: chunk.columnsTotal, firstOrdinal: chunk.firstOrdinal)
        for index in 0..<chunk.rowsTotal {
            let row = chunk.row(index)
            try require(chunk.row(ordinal: row.ordinal)?.ordinal == row.ordinal, "a row is not found by its ordinal")
            for column in 0..<chunk.columnsTotal { builder.append(Array(row.bytes(column))) }
            try require(row.bytes(chunk.columnsTotal).isEmpty && row.bytes(-1).isEmpty, "a field beyond the columns")
        }
        try require(builder.finish() == input, "the same rows have another encoding")
    }
}
