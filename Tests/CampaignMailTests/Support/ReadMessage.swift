/// A message read back by the plainest reading of RFC 5322, and what is wrong with it.
struct ReadMessage {
    struct Field: Equatable {
        var name: String
        /// Unfolded.
        var value: String
    }

    var fields: [Field] = []
    var body: [UInt8] = []
    var faults: [String] = []

    init(_ message: [UInt8]) {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in message.indices {
            let byte = message[index]
            if byte == 10, index == 0 || message[index - 1] != 13 { faults.append("bare LF at \(index)") }
            if byte == 13, index + 1 == message.count || message[index + 1] != 10 {
                faults.append("bare CR at \(index)")
            }
            if byte == 0 { faults.append("NUL at \(index)") }
            if byte >= 0x80 { faults.append("8-bit at \(index)") }
            if byte == 10 {
                lines.append(message[start..<max(start, index - 1)])
                start = index + 1
            }
        }
        if start != message.count { faults.append("the last line is not ended") }
        for line in lines where line.count > 998 { faults.append("a line of \(line.count) octets") }
        readHeader(lines)
        if let end = message.indices.first(where: { message[$0...].starts(with: [13, 10, 13, 10]) }) {
            body = Array(message[(end + 4)...])
        }
    }

    private mutating func readHeader(_ lines: [ArraySlice<UInt8>]) {
        for line in lines {
            if line.isEmpty { return }
            let text = String(decoding: line, as: UTF8.self)
            if text.hasPrefix(" ") {
                if text.allSatisfy({ $0 == " " }) { faults.append("a blank folded line") }
                guard !fields.isEmpty else {
                    faults.append("the header begins with a folded line")
                    continue
                }
                fields[fields.count - 1].value += text
            } else if let colon = text.firstIndex(of: ":") {
                let value = text[text.index(after: colon)...]
                if !value.hasPrefix(" ") { faults.append("no blank after the colon") }
                fields.append(Field(name: String(text[..<colon]), value: String(value.dropFirst())))
            } else {
                faults.append("no field: \(text)")
            }
        }
        faults.append("no end of the header")
    }

    func value(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }
}
