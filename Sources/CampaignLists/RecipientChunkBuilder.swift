/// Gathers rows field by field and writes them as chunks; its buffers are used again for the next chunk.
package struct RecipientChunkBuilder {
    package let columnsTotal: Int
    /// The ordinal of the next chunk's first row.
    package private(set) var firstOrdinal: UInt32 = 0
    private var ends: [UInt32] = []
    private var fieldBytes: [UInt8] = []

    /// `columnsTotal`: 1…1000.
    package init(columnsTotal: Int, firstOrdinal: UInt32 = 0) {
        precondition(columnsTotal > 0 && columnsTotal <= ListReader.columnsMax)
        self.columnsTotal = columnsTotal
        self.firstOrdinal = firstOrdinal
    }

    package var rowsTotal: Int { ends.count / columnsTotal }
    package var isFull: Bool { ends.count >= columnsTotal * RecipientChunk.rowsMax }
    package var isEmpty: Bool { ends.isEmpty }

    /// Appends the next field of the current row; a row has exactly `columnsTotal` of them, in the columns' order.
    /// 128 rows of at most 1 MiB each stay within 32 bits.
    package mutating func append(_ field: Span<UInt8>) {
        precondition(!isFull && fieldBytes.count + field.count <= Int(UInt32.max))
        fieldBytes.append(bytes: field)
        ends.append(UInt32(fieldBytes.count))
    }

    package mutating func append(_ field: [UInt8]) { append(field.span) }

    /// Empty fields up to the end of the current row.
    package mutating func fillRow() {
        while ends.count % columnsTotal != 0 { ends.append(UInt32(fieldBytes.count)) }
    }

    /// The chunk's bytes; the builder goes on with the row behind it. There must be whole rows, at least one.
    package mutating func finish() -> [UInt8] {
        precondition(!ends.isEmpty && ends.count % columnsTotal == 0)
        let rows = rowsTotal
        let isWide = fieldBytes.count > Int(UInt16.max)
        var output: [UInt8] = []
        output.reserveCapacity(RecipientChunk.headerBytes + ends.count * (isWide ? 4 : 2) + fieldBytes.count)
        output.append(RecipientChunk.version)
        output.append(isWide ? 4 : 2)
        output.append(littleEndian: firstOrdinal)
        for value in [rows, columnsTotal] {
            output.append(UInt8(truncatingIfNeeded: value))
            output.append(UInt8(truncatingIfNeeded: value >> 8))
        }
        for end in ends {
            if isWide {
                output.append(littleEndian: end)
            } else {
                output.append(UInt8(truncatingIfNeeded: end))
                output.append(UInt8(truncatingIfNeeded: end >> 8))
            }
        }
        output.append(contentsOf: fieldBytes)
        firstOrdinal += UInt32(rows)
        ends.removeAll(keepingCapacity: true)
        fieldBytes.removeAll(keepingCapacity: true)
        return output
    }

    /// The gathered rows in a form that no version of the chunk's format changes: number of rows, 32-bit ends, fields.
    func appendCanonical(to output: inout [UInt8]) {
        output.append(littleEndian: UInt32(rowsTotal))
        for end in ends { output.append(littleEndian: end) }
        output.append(contentsOf: fieldBytes)
    }
}
