import CampaignLists
import Foundation

/// Lists read the same whatever the size of the blocks they are read in, and their fields are text.
enum ListProperty {
    struct Reading: Hashable {
        var columns: [String] = []
        var rows: [[[UInt8]]] = []
        /// Faults in order, each behind the number of good rows before it.
        var faults: [String] = []
    }

    /// CSV, TSV or one address per line; the first byte chooses.
    static func checkTable(_ input: [UInt8]) throws(BrokenProperty) {
        var input = FuzzInput(input)
        let choice = input.byte()
        let format: ListFormat =
            switch choice & 3 {
            case 0, 1: .csv
            case 2: .tsv
            default: .lines
            }
        let reading = try checkBlocks(input.remainder(), format, isTight: choice & 4 != 0)
        if format == .csv || format == .tsv { try checkRewritten(reading, format) }
    }

    /// JSON Lines, with Foundation's reading of each accepted line as the other opinion.
    static func checkLines(_ input: [UInt8]) throws(BrokenProperty) {
        var input = FuzzInput(input)
        let isTight = input.byte() & 4 != 0
        let text = input.remainder()
        let reading = try checkBlocks(text, .jsonLines, isTight: isTight)
        if !isTight { try checkOracle(text, reading) }
    }

    private static func checkBlocks(
        _ text: [UInt8], _ format: ListFormat, isTight: Bool
    ) throws(BrokenProperty) -> Reading {
        let file = try MemoryFile(text)
        let rowBytesMax = isTight ? 24 : ListReader.rowBytesMax
        let whole = try read(file, format, blockSizeBytes: 4096, rowBytesMax)
        for blockSizeBytes in [1, 7, 64] {
            let other = try read(file, format, blockSizeBytes: blockSizeBytes, rowBytesMax)
            try require(other == whole, "in blocks of \(blockSizeBytes): \(other), of 4096: \(whole)")
        }
        for row in whole.rows {
            try require(row.count == whole.columns.count, "\(row.count) fields in \(whole.columns.count) columns")
            for field in row {
                try require(String(validating: field, as: UTF8.self) != nil, "a field that is not UTF-8")
                try require(!field.contains(0), "a field with NUL")
            }
        }
        return whole
    }

    private static func read(
        _ file: borrowing MemoryFile, _ format: ListFormat, blockSizeBytes: Int, _ rowBytesMax: Int
    ) throws(BrokenProperty) -> Reading {
        var reading = Reading()
        do throws(ListError) {
            let source = ListSource(path: file.path, name: "list", format: format)
            var reader = try ListReader.open(source, blockSizeBytes: blockSizeBytes, rowBytesMax: rowBytesMax)
            reading.columns = reader.columns
            reading: while true {
                switch try reader.next() {
                case .end: break reading
                case .bad(let row): reading.faults.append("\(reading.rows.count): \(row) “\(row.excerpt)”")
                case .row:
                    reading.rows.append(reader.columns.indices.map { reader.withField($0) { copy($0) } })
                    // A place in a good row, as a bad address in it would be pinned.
                    _ = try reader.bad(.empty, column: reader.emailColumn, offset: 3)
                }
            }
        } catch {
            if case .system = error { throw BrokenProperty(description: "\(error)") }
            reading.faults.append("\(error)")
        }
        return reading
    }

    /// The rows, written by the plainest rule of RFC 4180, read back as they were.
    private static func checkRewritten(_ reading: Reading, _ format: ListFormat) throws(BrokenProperty) {
        guard !reading.columns.isEmpty else { return }
        let delimiter = format == .tsv ? UInt8(ascii: "\t") : UInt8(ascii: ",")
        var text: [UInt8] = []
        for row in [reading.columns.map { Array($0.utf8) }] + reading.rows {
            for (column, field) in row.enumerated() {
                if column > 0 { text.append(delimiter) }
                text.append(UInt8(ascii: "\""))
                for byte in field { text += byte == UInt8(ascii: "\"") ? [byte, byte] : [byte] }
                text.append(UInt8(ascii: "\""))
            }
            text += [0x0D, 0x0A]
        }
        let again = try read(MemoryFile(text), format, blockSizeBytes: 4096, ListReader.rowBytesMax)
        try require(again.rows == reading.rows, "written and read again: \(again.rows), before: \(reading.rows)")
        try require(again.columns == reading.columns && again.faults.isEmpty, "\(again.columns), \(again.faults)")
    }

    private static func checkOracle(_ text: [UInt8], _ reading: Reading) throws(BrokenProperty) {
        guard reading.faults.isEmpty else { return }
        var text = text[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        let lines = text.split(separator: 0x0A).filter { !$0.allSatisfy { $0 <= 0x20 } }
        try require(lines.count == reading.rows.count, "\(reading.rows.count) rows of \(lines.count) lines")
        for (line, row) in zip(lines, reading.rows) {
            let object = try always("Foundation refuses \(String(decoding: line, as: UTF8.self))") {
                try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] ?? [:]
            }
            for (column, field) in zip(reading.columns, row) {
                guard let value = object[column] as? String else { continue }
                try require(
                    Array(value.utf8) == field,
                    "“\(String(decoding: field, as: UTF8.self))” where Foundation has “\(value)”")
            }
        }
    }

    private static func copy(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }
}
