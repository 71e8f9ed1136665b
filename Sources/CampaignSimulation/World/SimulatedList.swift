import CampaignEngine
import Foundation

/// A list of recipients in a file, as small as lists get.
package struct SimulatedList: Sendable {
    package let path: String
    package let rows: Int

    /// Writes the lists that worlds choose from: 1 to 90 rows, some with rows that are skipped.
    package static func write(in directory: String) throws -> [SimulatedList] {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return try [1, 2, 3, 4, 6, 8, 8, 11, 15, 20, 28, 40, 90].enumerated().map { index, rows in
            let path = "\(directory)/list\(index).csv"
            var text = "email,name\n"
            for row in 0..<rows { text += "\(address(row, ofList: index)),Name \(row)\n" }
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return SimulatedList(path: path, rows: rows)
        }
    }

    private static func address(_ row: Int, ofList list: Int) -> String {
        switch (list % 3, row % 7) {
        case (2, 5): "not an address"
        case (2, 6): address(row - 2, ofList: list)
        default: "r\(row)@\(domain(row))"
        }
    }

    /// Whose mail domain a recipient's is, by row: a few share each.
    static func domain(_ row: Int) -> String { "d\(row % 3).example.test" }

    var source: RecipientSource { RecipientSource(path: path, skipsInvalid: true) }
}
