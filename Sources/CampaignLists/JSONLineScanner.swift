import CampaignMail

/// Reads one line of JSON Lines: an object (RFC 8259) whose values are strings, numbers, booleans or null.
/// Numbers and booleans keep the characters that they are written with; null is the empty text.
struct JSONLineScanner {
    struct Member {
        let key: ListField
        let value: ListField
    }

    struct Fault: Error, Equatable {
        let reason: RowFault
        let offset: Int

        init(_ reason: JSONFault, at offset: Int) {
            self.reason = .json(reason)
            self.offset = offset
        }

        init(row reason: RowFault, at offset: Int) {
            self.reason = reason
            self.offset = offset
        }
    }

    private(set) var members: [Member] = []
    /// The text of those keys and values that hold escapes.
    private(set) var unescaped: [UInt8] = []
    private var offset = 0

    /// Reads the object in `line`, whose indices are the window's; the line end is not part of it.
    mutating func scan(_ text: Span<UInt8>, _ line: Range<Int>) throws(Fault) {
        members.removeAll(keepingCapacity: true)
        unescaped.removeAll(keepingCapacity: true)
        let text = text.extracting(0..<line.upperBound)
        if let fault = UTF8Scalar.firstFault(in: text, line) { throw Fault(row: .invalidUTF8, at: fault) }
        offset = line.lowerBound
        skipBlanks(text)
        guard take(text, "{") else { throw Fault(.notAnObject, at: offset) }
        skipBlanks(text)
        if !take(text, "}") {
            repeat {
                skipBlanks(text)
                try scanMember(text)
                skipBlanks(text)
            } while take(text, ",")
            guard take(text, "}") else { throw Fault(.expected("a comma or }"), at: offset) }
        }
        skipBlanks(text)
        guard offset == text.count else { throw Fault(.textAfterObject, at: offset) }
    }

    private mutating func scanMember(_ text: Span<UInt8>) throws(Fault) {
        guard take(text, "\"") else { throw Fault(.expected("a key in quotes"), at: offset) }
        let key = try string(text)
        skipBlanks(text)
        guard take(text, ":") else { throw Fault(.expected("a colon"), at: offset) }
        skipBlanks(text)
        guard offset < text.count else { throw Fault(.expected("a value"), at: offset) }
        let value: ListField
        switch text[offset] {
        case UInt8(ascii: "\""):
            offset += 1
            value = try string(text)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            throw Fault(.nested(key: self.text(of: key, in: text)), at: offset)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            value = try number(text)
        default:
            value = try literal(text)
        }
        members.append(Member(key: key, value: value))
    }

    func text(of field: ListField, in text: Span<UInt8>) -> String {
        if field.isUnescaped { return String(decoding: unescaped[field.range], as: UTF8.self) }
        var bytes: [UInt8] = []
        bytes.append(bytes: text.extracting(field.range))
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: - Values

    /// The string whose opening quote stands just before `offset`.
    private mutating func string(_ text: Span<UInt8>) throws(Fault) -> ListField {
        let start = offset
        while offset < text.count {
            let byte = text[offset]
            if byte == UInt8(ascii: "\"") {
                offset += 1
                return ListField(start..<offset - 1)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(text, from: start) }
            guard byte >= 0x20 else { throw controlFault(byte) }
            offset += 1
        }
        throw Fault(.unterminatedString, at: start - 1)
    }

    /// The rest of a string from its first backslash on.
    private mutating func escapedString(_ text: Span<UInt8>, from start: Int) throws(Fault) -> ListField {
        let unescapedStart = unescaped.count
        unescaped.append(bytes: text.extracting(start..<offset))
        while offset < text.count {
            let byte = text[offset]
            if byte == UInt8(ascii: "\"") {
                offset += 1
                var field = ListField(unescapedStart..<unescaped.count)
                field.isUnescaped = true
                field.rawStart = start
                return field
            }
            guard byte >= 0x20 else { throw controlFault(byte) }
            if byte == UInt8(ascii: "\\") {
                try appendEscape(text)
            } else {
                unescaped.append(byte)
                offset += 1
            }
        }
        throw Fault(.unterminatedString, at: start - 1)
    }

    private func controlFault(_ byte: UInt8) -> Fault {
        byte == 0 ? Fault(row: .nul, at: offset) : Fault(.controlCharacter, at: offset)
    }

    private mutating func appendEscape(_ text: Span<UInt8>) throws(Fault) {
        guard offset + 1 < text.count else { throw Fault(.escape, at: offset) }
        switch text[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(text[offset + 1])
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"):
            try appendUnicodeEscape(text)
            return
        default: throw Fault(.escape, at: offset)
        }
        offset += 2
    }

    private mutating func appendUnicodeEscape(_ text: Span<UInt8>) throws(Fault) {
        let start = offset
        var value = try codeUnit(text)
        if (0xD800...0xDBFF).contains(value) {
            guard offset + 1 < text.count, text[offset] == UInt8(ascii: "\\"), text[offset + 1] == UInt8(ascii: "u")
            else { throw Fault(.surrogate, at: start) }
            let low = try codeUnit(text)
            guard (0xDC00...0xDFFF).contains(low) else { throw Fault(.surrogate, at: start) }
            value = 0x1_0000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw Fault(.surrogate, at: start) }
        guard value != 0 else { throw Fault(row: .nul, at: start) }
        unescaped.append(contentsOf: String(Character(scalar)).utf8)
    }

    /// The four digits of the `\u` at `offset`.
    private mutating func codeUnit(_ text: Span<UInt8>) throws(Fault) -> UInt32 {
        guard text.count - offset >= 6 else { throw Fault(.escape, at: offset) }
        var value: UInt32 = 0
        for index in offset + 2..<offset + 6 {
            switch text[index] {
            case 0x30...0x39: value = value << 4 | UInt32(text[index] - 0x30)
            case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((text[index] | 0x20) - 0x61 + 10)
            default: throw Fault(.escape, at: offset)
            }
        }
        offset += 6
        return value
    }

    /// `[ "-" ] int [ frac ] [ exp ]`
    private mutating func number(_ text: Span<UInt8>) throws(Fault) -> ListField {
        let start = offset
        _ = take(text, "-")
        if !take(text, "0") { guard digits(text) else { throw Fault(.number, at: start) } }
        if take(text, ".") { guard digits(text) else { throw Fault(.number, at: start) } }
        if take(text, "e") || take(text, "E") {
            if !take(text, "+") { _ = take(text, "-") }
            guard digits(text) else { throw Fault(.number, at: start) }
        }
        // "01" and "1x" would otherwise be blamed on a missing comma.
        guard offset == text.count || !isWord(text[offset]) else { throw Fault(.number, at: start) }
        return ListField(start..<offset)
    }

    private mutating func digits(_ text: Span<UInt8>) -> Bool {
        let start = offset
        while offset < text.count, (0x30...0x39).contains(text[offset]) { offset += 1 }
        return offset > start
    }

    private mutating func literal(_ text: Span<UInt8>) throws(Fault) -> ListField {
        let start = offset
        while offset < text.count, isWord(text[offset]) { offset += 1 }
        let word = text.extracting(start..<offset)
        if Self.equals(word, "true") || Self.equals(word, "false") { return ListField(start..<offset) }
        guard Self.equals(word, "null") else { throw Fault(.literal, at: start) }
        return ListField(start..<start)
    }

    // MARK: - Characters

    private func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: ".")
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func equals(_ word: Span<UInt8>, _ literal: String) -> Bool {
        guard word.count == literal.utf8.count else { return false }
        var index = 0
        for byte in literal.utf8 {
            guard word[index] == byte else { return false }
            index += 1
        }
        return true
    }

    private mutating func skipBlanks(_ text: Span<UInt8>) {
        while offset < text.count, Self.isBlank(text[offset]) { offset += 1 }
    }

    private mutating func take(_ text: Span<UInt8>, _ character: Unicode.Scalar) -> Bool {
        guard offset < text.count, text[offset] == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }
}
