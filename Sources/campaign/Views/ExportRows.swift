import CampaignDomain
import CampaignEngine

/// Recipients as rows of CSV (RFC 4180) or as JSON Lines.
struct ExportRows {
    let format: ExportCommand.Format
    /// The list's own columns, `email` first.
    let columns: [String]
    let isExact: Bool
    /// On a terminal, control characters are shown instead of sent.
    let isTerminal: Bool

    private static let ownColumns = ["ordinal", "key", "outcome", "attempts", "reason"]

    /// A list's column that is called like one of ours is set apart, so that each name is there once.
    private var headerColumns: [String] {
        Self.ownColumns + columns.map { Self.ownColumns.contains($0) ? "list_\($0)" : $0 }
    }

    /// The first row of CSV; JSON Lines has none.
    var header: [UInt8]? { format == .csv ? row(headerColumns) : nil }

    /// A reason is a server's words: in CSV its control characters are always shown instead of kept.
    func row(
        _ record: RecipientRecord, _ phase: RecipientPhase, attempts: UInt32, reason: String?
    ) -> [UInt8] {
        switch format {
        case .csv:
            return row(
                [
                    "\(record.ordinal)", record.key.description, phase.word, "\(attempts)",
                    reason.map(Sanitised.line) ?? "",
                ]
                    + record.fields.map(\.value))
        case .jsonl:
            var bytes: [UInt8] = []
            JSON.object([
                ("ordinal", JSON(record.ordinal)), ("address", .string(record.address)),
                ("key", .string(record.key.description)), ("outcome", .string(phase.word)),
                ("attempts", JSON(attempts)), ("reason", JSON(reason)),
                ("fields", .object(record.fields.map { ($0.column, .string($0.value)) })),
            ]).append(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
            return bytes
        }
    }

    private func row(_ cells: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let cell = isTerminal ? Sanitised.line(cell) : cell
            CSVCell.append(isExact ? cell : CSVCell.defused(cell), to: &bytes)
        }
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
    }
}

/// One cell of CSV.
enum CSVCell {
    /// Quoted where RFC 4180 §2.6 asks for it, and where leading or trailing blanks could be lost.
    static func append(_ cell: String, to bytes: inout [UInt8]) {
        let needsQuotes = cell.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
        }
        let hasBlanks = cell.utf8.first == 0x20 || cell.utf8.last == 0x20
        guard needsQuotes || hasBlanks else {
            bytes.append(contentsOf: cell.utf8)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in cell.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A cell that no spreadsheet runs as a formula: ' before = + - @, tab and carriage return, unless the whole cell
    /// is a plain number.
    static func defused(_ cell: String) -> String {
        switch cell.utf8.first {
        case UInt8(ascii: "="), UInt8(ascii: "@"), 0x09, 0x0D: return "'" + cell
        case UInt8(ascii: "+"), UInt8(ascii: "-"): return isNumber(cell.utf8.dropFirst()) ? cell : "'" + cell
        default: return cell
        }
    }

    private static func isNumber(_ text: Substring.UTF8View) -> Bool {
        let points = text.count { $0 == UInt8(ascii: ".") }
        let digits = text.count { (0x30...0x39).contains($0) }
        return digits > 0 && points <= 1 && digits + points == text.count
    }
}
