import CampaignMail

/// Up to 128 consecutive rows of a list as they are stored.
///
/// ```
/// version        1 byte   = 1
/// offset width   1 byte   2, or 4 where the fields take more than 65,535 bytes
/// first ordinal  4 bytes  little-endian, like all that follows
/// rows           2 bytes  1…128
/// columns        2 bytes  1…1000
/// ends           rows × columns × width: where each field ends, row by row
/// fields         the rest
/// ```
/// Each content has exactly one encoding. Every access is checked when the chunk is made, so that reading a row
/// cannot fail.
package struct RecipientChunk: Sendable {
    package static let rowsMax = 128
    static let version: UInt8 = 1
    static let headerBytes = 10

    package let firstOrdinal: UInt32
    package let rowsTotal: Int
    package let columnsTotal: Int
    private let bytes: [UInt8]
    private let offsetWidth: Int
    private let fieldsStart: Int

    /// Takes stored bytes apart, whatever they are.
    package init(_ bytes: [UInt8]) throws(RecipientChunkError) {
        guard bytes.count >= Self.headerBytes else { throw .truncated }
        guard bytes[0] == Self.version else { throw .unknownVersion(bytes[0]) }
        guard bytes[1] == 2 || bytes[1] == 4 else { throw .damaged }
        self.bytes = bytes
        offsetWidth = Int(bytes[1])
        firstOrdinal = UInt32(Self.number(bytes, at: 2, width: 4))
        rowsTotal = Self.number(bytes, at: 6, width: 2)
        columnsTotal = Self.number(bytes, at: 8, width: 2)
        guard (1...Self.rowsMax).contains(rowsTotal), (1...ListReader.columnsMax).contains(columnsTotal) else {
            throw .damaged
        }
        guard firstOrdinal <= UInt32.max - UInt32(rowsTotal) else { throw .damaged }
        fieldsStart = Self.headerBytes + rowsTotal * columnsTotal * offsetWidth
        guard fieldsStart <= bytes.count else { throw .truncated }
        var end = 0
        for index in 0..<rowsTotal * columnsTotal {
            let next = Self.number(bytes, at: Self.headerBytes + index * offsetWidth, width: offsetWidth)
            guard next >= end else { throw .damaged }
            end = next
        }
        guard end == bytes.count - fieldsStart, (end > Int(UInt16.max)) == (offsetWidth == 4) else { throw .damaged }
    }

    /// The row at an index below `rowsTotal`.
    package func row(_ index: Int) -> RecipientRow {
        precondition(index >= 0 && index < rowsTotal)
        return RecipientRow(chunk: self, index: index)
    }

    /// The row of an ordinal, or nil where it is in another chunk.
    package func row(ordinal: UInt32) -> RecipientRow? {
        guard ordinal >= firstOrdinal, Int(ordinal - firstOrdinal) < rowsTotal else { return nil }
        return row(Int(ordinal - firstOrdinal))
    }

    func field(row: Int, column: Int) -> ArraySlice<UInt8> {
        guard column >= 0, column < columnsTotal else { return [] }
        let index = row * columnsTotal + column
        let start = index == 0 ? 0 : end(index - 1)
        return bytes[fieldsStart + start..<fieldsStart + end(index)]
    }

    private func end(_ index: Int) -> Int {
        Self.number(bytes, at: Self.headerBytes + index * offsetWidth, width: offsetWidth)
    }

    private static func number(_ bytes: [UInt8], at offset: Int, width: Int) -> Int {
        var value = 0
        for index in 0..<width { value |= Int(bytes[offset + index]) << (8 * index) }
        return value
    }
}

/// One recipient's fields. Column 0 is the address as given, without blanks around it.
package struct RecipientRow: MergeFields, Sendable {
    let chunk: RecipientChunk
    let index: Int

    package var ordinal: UInt32 { chunk.firstOrdinal + UInt32(index) }

    /// Empty where the chunk has no such column: compare `columnsTotal` with the job's columns once per chunk.
    package func bytes(_ column: Int) -> ArraySlice<UInt8> { chunk.field(row: index, column: column) }
}

/// Why stored bytes are no chunk of recipients.
package enum RecipientChunkError: Error, Hashable, Sendable, CustomStringConvertible {
    case truncated
    case unknownVersion(UInt8)
    case damaged

    package var description: String {
        switch self {
        case .truncated: "the stored recipients are cut short"
        case .unknownVersion(let version): "the stored recipients have the unknown format \(version)"
        case .damaged: "the stored recipients are damaged"
        }
    }
}
