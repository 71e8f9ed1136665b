/// A message read by the plainest reading of RFC 5322, RFC 2045 and RFC 2047.
struct WellFormedMessage {
    let bytes: [UInt8]
    /// Unfolded, in order.
    private(set) var fields: [(name: String, value: [UInt8])] = []
    private var body: ArraySlice<UInt8> = []

    init(_ bytes: [UInt8]) throws(BrokenProperty) {
        self.bytes = bytes
        var start = 0
        while true {
            guard let end = bytes[start...].firstIndex(of: 0x0D), end + 1 < bytes.count else {
                throw BrokenProperty(description: "no end of the header")
            }
            let line = bytes[start..<end]
            start = end + 2
            if line.isEmpty { break }
            if line.first == 0x20 {
                try require(!fields.isEmpty && line.contains { $0 != 0x20 }, "a blank or first folded line")
                fields[fields.count - 1].value += line
            } else {
                guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex else {
                    throw BrokenProperty(description: "no field: \(String(decoding: line, as: UTF8.self))")
                }
                let value = line[(colon + 1)...]
                try require(value.first == 0x20, "no blank after the colon")
                fields.append((String(decoding: line[..<colon], as: UTF8.self), Array(value.dropFirst())))
            }
        }
        body = bytes[start...]
    }

    /// Lines of CRLF, at most 998 octets, without NUL, and ASCII unless the recipient is not.
    func check(mayBeUTF8: Bool) throws(BrokenProperty) {
        var lineLength = 0
        for (index, byte) in bytes.enumerated() {
            try require(byte != 0, "NUL at \(index)")
            try require(byte < 0x80 || mayBeUTF8, "8-bit at \(index)")
            if byte == 0x0A {
                try require(index > 0 && bytes[index - 1] == 0x0D, "LF alone at \(index)")
                lineLength = 0
            } else if byte == 0x0D {
                try require(index + 1 < bytes.count && bytes[index + 1] == 0x0A, "CR alone at \(index)")
            } else {
                lineLength += 1
                try require(lineLength <= 998, "a line of more than 998 octets")
            }
        }
        try require(bytes.last == 0x0A, "the last line is not ended")
        for name in ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version"] {
            let count = fields.count { $0.name == name }
            try require(count == 1, "\(count) fields \(name)")
        }
    }

    var encoding: String {
        fields.first { $0.name == "Content-Transfer-Encoding" }.map { String(decoding: $0.value, as: UTF8.self) } ?? ""
    }

    func decodedBody() throws(BrokenProperty) -> [UInt8] {
        if encoding == "7bit" { return Array(body) }
        try require(encoding == "quoted-printable", "the encoding \(encoding)")
        var output: [UInt8] = []
        var rest = body
        while let byte = rest.popFirst() {
            guard byte == 0x3D else {
                output.append(byte)
                continue
            }
            if rest.starts(with: [0x0D, 0x0A]) {
                rest = rest.dropFirst(2)
            } else {
                output.append(try Self.octet(&rest))
            }
        }
        return output
    }

    /// The field's text, its encoded words decoded.
    func decodedField(_ name: String) throws(BrokenProperty) -> String {
        guard let field = fields.first(where: { $0.name == name }) else { return "" }
        let words = field.value.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.contains(where: { Self.isEncoded($0) }) else { return String(decoding: field.value, as: UTF8.self) }
        // White space between two encoded words is not text.
        var output: [UInt8] = []
        for word in words where !word.isEmpty {
            try require(Self.isEncoded(word) && word.count <= 75, "a word that is not encoded beside one that is")
            let content = word.dropFirst(10).dropLast(2)
            let isQuoted = word[word.startIndex + 8] == UInt8(ascii: "q")
            let part = isQuoted ? try Self.quoted(content) : try Self.base64(content)
            try require(String(validating: part, as: UTF8.self) != nil, "a character split between encoded words")
            output += part
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func isEncoded(_ word: ArraySlice<UInt8>) -> Bool {
        word.count >= 12 && word.starts(with: Array("=?utf-8?".utf8)) && word.suffix(2) == Array("?=".utf8)[...]
    }

    private static func quoted(_ content: ArraySlice<UInt8>) throws(BrokenProperty) -> [UInt8] {
        var output: [UInt8] = []
        var rest = content
        while let byte = rest.popFirst() {
            output.append(byte == 0x3D ? try octet(&rest) : byte == 0x5F ? 0x20 : byte)
        }
        return output
    }

    private static func base64(_ content: ArraySlice<UInt8>) throws(BrokenProperty) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in content where byte != 0x3D {
            guard let value = alphabet.firstIndex(of: byte) else {
                throw BrokenProperty(description: "no base64: \(byte)")
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return output
    }

    /// The two digits after "=".
    private static func octet(_ rest: inout ArraySlice<UInt8>) throws(BrokenProperty) -> UInt8 {
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        rest = rest.dropFirst(2)
        guard digits.utf8.count == 2, let octet = UInt8(digits, radix: 16) else {
            throw BrokenProperty(description: "no hexadecimal digits: \(digits)")
        }
        return octet
    }
}
