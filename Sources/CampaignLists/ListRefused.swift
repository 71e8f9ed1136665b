/// A list is refused as a whole, because it has bad rows and they were not to be skipped.
package struct ListRefused: Error, Hashable, Sendable {
    /// The first bad rows, at most `namedMax`.
    package let badRows: [BadRow]
    package let badRowsTotal: Int
    package let rowsTotal: Int

    package static let namedMax = 20
}

extension ListRefused: CustomStringConvertible {
    /// One line per named row, then how many more there are.
    package var description: String {
        var lines = badRows.map(\.description)
        if badRowsTotal > badRows.count { lines.append("… and \(badRowsTotal - badRows.count) more") }
        lines.append("\(badRowsTotal) of \(rowsTotal) rows are bad")
        return lines.joined(separator: "\n")
    }
}
