/// Rows and columns for people. Cells are sanitised; widths are terminal columns, so that wide characters and colour
/// keep the columns straight.
struct AlignedTable {
    enum Alignment { case left, right }

    /// One cell: its text, and how it is painted once it has been measured.
    struct Cell {
        var text: String
        var paint: (@Sendable (String) -> String)?

        init(_ text: String, paint: (@Sendable (String) -> String)? = nil) {
            self.text = Sanitised.line(text)
            self.paint = paint
        }
    }

    private let titles: [String]
    private let alignments: [Alignment]
    private var rows: [[Cell]] = []

    /// Without titles (all empty) only the rows are shown.
    init(_ columns: [(title: String, alignment: Alignment)]) {
        titles = columns.map(\.title)
        alignments = columns.map(\.alignment)
    }

    mutating func add(_ cells: [Cell]) { rows.append(cells) }

    func lines(paint: Paint, indent: Int = 0) -> [String] {
        var widths = titles.map(DisplayWidth.columns)
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], DisplayWidth.columns(cell.text))
            }
        }
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        if titles.contains(where: { !$0.isEmpty }) {
            lines.append(margin + line(titles.map { Cell($0) { paint.faint($0) } }, widths))
        }
        for row in rows { lines.append(margin + line(row, widths)) }
        return lines
    }

    private func line(_ cells: [Cell], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() where index < widths.count {
            let gap = String(repeating: " ", count: widths[index] - DisplayWidth.columns(cell.text))
            let text = cell.paint.map { $0(cell.text) } ?? cell.text
            if index > 0 { line += "  " }
            switch alignments[index] {
            case .right: line += gap + text
            case .left: line += index == cells.count - 1 ? text : text + gap
            }
        }
        // Empty cells at the end leave no blanks behind.
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}
