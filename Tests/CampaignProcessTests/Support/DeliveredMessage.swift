import Foundation

/// A message as it lies in a drop directory: its header fields, read as strictly as a receiver might.
struct DeliveredMessage {
    /// Names in lower case with their unfolded values, in their order.
    let fields: [(name: String, value: String)]
    /// Whether every line of the header ends in CRLF and holds neither a bare CR nor a bare LF.
    let isWellFormed: Bool

    init(path: String) throws {
        self.init([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    init(_ bytes: [UInt8]) {
        var fields: [(name: String, value: String)] = []
        var isWellFormed = true
        var start = 0
        while start < bytes.count {
            guard let end = bytes[start...].firstIndex(of: 0x0A) else { break }
            var line = bytes[start..<end]
            start = end + 1
            isWellFormed = isWellFormed && line.last == 0x0D
            if line.last == 0x0D { line.removeLast() }
            if line.isEmpty { break }
            isWellFormed = isWellFormed && !line.contains(0x0D) && !line.contains(0)
            let text = String(decoding: line, as: UTF8.self)
            if let first = text.first, first == " " || first == "\t" {
                if !fields.isEmpty { fields[fields.count - 1].value += text }
                continue
            }
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            fields.append((parts[0].lowercased(), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""))
        }
        self.fields = fields
        self.isWellFormed = isWellFormed
    }

    func values(of name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
}
