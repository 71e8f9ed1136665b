import Foundation

extension SimulatedList {
    /// Writes a list of so many recipients, none of them bad.
    package static func write(rows: Int, to path: String) throws -> SimulatedList {
        var text = "email,name\n"
        for row in 0..<rows { text += "r\(row)@example.test,Name \(row)\n" }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return SimulatedList(path: path, rows: rows)
    }
}
