import CampaignLists

/// A whole list in memory, to be compared with what is expected.
struct ReadList: Equatable, CustomStringConvertible {
    enum Row: Equatable {
        case fields([String], line: Int)
        case bad(String)
    }

    var columns: [String] = []
    var rows: [Row] = []

    init(_ source: ListSource, blockSizeBytes: Int = 256 << 10, rowBytesMax: Int = 1 << 20) throws {
        var reader = try ListReader.open(source, blockSizeBytes: blockSizeBytes, rowBytesMax: rowBytesMax)
        columns = reader.columns
        while true {
            switch try reader.next() {
            case .end: return
            case .bad(let row): rows.append(.bad(row.description))
            case .row:
                let fields = columns.indices.map { column in
                    reader.withField(column) { field in
                        String(decoding: field.indices.map { field[$0] }, as: UTF8.self)
                    }
                }
                rows.append(.fields(fields, line: reader.rowLine))
            }
        }
    }

    var fields: [[String]] {
        rows.compactMap { if case .fields(let fields, _) = $0 { fields } else { nil } }
    }

    var faults: [String] {
        rows.compactMap { if case .bad(let text) = $0 { text } else { nil } }
    }

    var description: String { "\(columns) \(rows)" }
}
