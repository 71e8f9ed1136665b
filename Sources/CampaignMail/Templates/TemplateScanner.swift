/// A tag of a mustache template, its name trimmed of blanks.
struct TemplateTag {
    enum Kind {
        case variable, raw, section, inverted, close, comment
    }

    var kind: Kind
    var name: String
    /// Byte range in the scanner's text, with the delimiters.
    var range: Range<Int>
}

/// Reads a mustache template: blanks, text, line breaks, tags.
///
/// All line ends of the text become CRLF on entry, so that what is cut out of it can go into a message as it is.
struct TemplateScanner {
    /// Partials, inheritance, delimiters and pragmas: a message has one template and no files to include.
    private static let unsupported: [UInt8] = Array("><$=%".utf8)

    let template: String
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: String, template: String) {
        self.template = template
        var source = text.utf8[...]
        if source.starts(with: [0xEF, 0xBB, 0xBF]) {
            source = source.dropFirst(3)
        }
        var bytes: [UInt8] = []
        LineBreaks.append(Array(source).span, to: &bytes)
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }
    var isAtLineBreak: Bool { position < bytes.count && bytes[position] == ASCII.carriageReturn }

    mutating func readBlanks() -> Range<Int> {
        let start = position
        while position < bytes.count, ASCII.isBlank(bytes[position]) {
            position += 1
        }
        return start..<position
    }

    /// Text up to a tag, a line break or the end.
    mutating func readText() -> Range<Int> {
        let start = position
        while position < bytes.count, bytes[position] != ASCII.carriageReturn, !isAt(ASCII.braceOpen, count: 2) {
            position += 1
        }
        return start..<position
    }

    /// Must stand at a line break.
    mutating func readLineBreak() -> Range<Int> {
        position += 2
        return position - 2..<position
    }

    /// Skips what is left of the line if it is blank. True also at the very end of the text, but not at blanks that
    /// end the text.
    mutating func skipBlankLineEnd() -> Bool {
        guard !isAtEnd else { return true }
        let start = position
        _ = readBlanks()
        guard isAtLineBreak else {
            position = start
            return false
        }
        _ = readLineBreak()
        return true
    }

    /// Must stand at `{{`.
    mutating func readTag() throws(TemplateError) -> TemplateTag {
        let start = position
        position += 2
        var kind = TemplateTag.Kind.variable
        var closingCount = 2
        if position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "#"): kind = .section
            case UInt8(ascii: "^"): kind = .inverted
            case UInt8(ascii: "/"): kind = .close
            case UInt8(ascii: "!"): kind = .comment
            case UInt8(ascii: "&"): kind = .raw
            case ASCII.braceOpen: (kind, closingCount) = (.raw, 3)
            case let byte where Self.unsupported.contains(byte):
                throw error(.unsupportedTag("{{" + String(UnicodeScalar(byte))), at: start)
            default: position -= 1
            }
            position += 1
        }
        let nameStart = position
        while position < bytes.count, !isAt(ASCII.braceClose, count: closingCount) {
            if kind != .comment {
                try checkNameByte(tagStart: start)
            }
            position += 1
        }
        guard position < bytes.count else {
            throw error(.malformedTag("“{{” is never closed"), at: start)
        }
        let name = trimmed(nameStart..<position)
        guard kind == .comment || !name.isEmpty else {
            throw error(.malformedTag("the name is missing"), at: start)
        }
        position += closingCount
        return TemplateTag(kind: kind, name: name, range: start..<position)
    }

    /// The error at the byte offset, as line and column.
    func error(_ reason: TemplateError.Reason, at offset: Int) -> TemplateError {
        var line = 1
        var column = 1
        for byte in bytes[..<min(offset, bytes.count)] {
            if byte == ASCII.lineFeed {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return TemplateError(template: template, line: line, column: column, reason: reason)
    }

    private func checkNameByte(tagStart: Int) throws(TemplateError) {
        switch bytes[position] {
        case ASCII.carriageReturn:
            throw error(.malformedTag("the line ends inside the tag"), at: tagStart)
        case ASCII.braceOpen, ASCII.braceClose:
            throw error(.malformedTag("a brace inside the tag"), at: tagStart)
        default: return
        }
    }

    private func isAt(_ byte: UInt8, count: Int) -> Bool {
        guard bytes.count - position >= count else { return false }
        for offset in 0..<count where bytes[position + offset] != byte {
            return false
        }
        return true
    }

    private func trimmed(_ range: Range<Int>) -> String {
        var slice = bytes[range]
        while let first = slice.first, ASCII.isBlank(first) { slice.removeFirst() }
        while let last = slice.last, ASCII.isBlank(last) { slice.removeLast() }
        return String(decoding: slice, as: UTF8.self)
    }
}
