/// One row that is no recipient, and why.
package struct BadRow: Error, Hashable, Sendable {
    package let file: String
    /// The line on which the row begins, from 1. A row may span lines when a quoted field does.
    package let rowLine: Int
    /// Where the fault is: line and column from 1; a column counts Unicode scalars.
    package let position: TextPosition
    package let fault: RowFault
    /// The beginning of the row's first line, at most `excerptBytesMax` bytes of valid UTF-8.
    package let excerpt: String

    package static let excerptBytesMax = 200
}

extension BadRow: CustomStringConvertible {
    package var description: String {
        let start = rowLine == position.line ? "" : " (in the row that begins on line \(rowLine))"
        return "\(file):\(position.line):\(position.column): \(fault)\(start)"
    }
}

/// A place in a text file.
package struct TextPosition: Hashable, Sendable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}
