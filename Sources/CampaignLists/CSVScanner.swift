import CampaignMail

/// Finds the fields of one CSV row (RFC 4180 section 2) in the window.
///
/// ```
/// record = field *(COMMA field)
/// field  = DQUOTE *(TEXTDATA / COMMA / CR / LF / 2DQUOTE) DQUOTE / *TEXTDATA
/// ```
/// Lines may end in CRLF, LF or CR. A row is scanned again from its start when the window ended within it.
struct CSVScanner {
    let delimiter: UInt8
    let rowBytesMax: Int
    var fields: [ListField] = []
    /// The text of those fields that hold doubled quotes.
    private(set) var unescaped: [UInt8] = []
    /// Whether a quoted field holds line ends.
    private(set) var spansLines = false

    private var nulAt: Int?
    private var highBits: UInt8 = 0

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    init(delimiter: UInt8, rowBytesMax: Int) {
        self.delimiter = delimiter
        self.rowBytesMax = rowBytesMax
    }

    private enum Field {
        /// The byte at the index ends the field: a delimiter, a line end, or the end of the file.
        case ended(Int)
        case cut(openQuote: Int?)
        case fault(RowFault, at: Int, resume: RowScan.Resume)
    }

    /// Scans the row that begins at `start`. `isFinal`: the file ends with the text.
    mutating func scan(_ whole: Span<UInt8>, from start: Int, isFinal: Bool) -> RowScan {
        guard start < whole.count else { return isFinal ? .end : .incomplete }
        fields.removeAll(keepingCapacity: true)
        unescaped.removeAll(keepingCapacity: true)
        (spansLines, nulAt, highBits) = (false, nil, 0)
        let isOverlong = whole.count - start > rowBytesMax
        let text = isOverlong ? whole.extracting(0..<start + rowBytesMax) : whole
        let isFinal = isFinal && !isOverlong
        var offset = start
        while true {
            let isQuoted = offset < text.count && text[offset] == Self.quote
            let field = isQuoted ? quoted(text, offset, isFinal) : plain(text, offset, isFinal)
            switch field {
            case .ended(let end):
                if end < text.count, text[end] == delimiter {
                    offset = end + 1
                    continue
                }
                guard let next = lineEnd(text, end, isFinal) else { return cut(isOverlong, start, openQuote: nil) }
                return finish(text, start: start, end: end, next: next)
            case .cut(let openQuote):
                return cut(isOverlong, start, openQuote: openQuote)
            case .fault(let fault, let at, let resume):
                return .fault(fault, at: at, resume: resume)
            }
        }
    }

    private mutating func plain(_ text: Span<UInt8>, _ start: Int, _ isFinal: Bool) -> Field {
        var offset = start
        while offset < text.count {
            let byte = text[offset]
            // Delimiters, quotes, line ends and NUL are all below the letters and digits.
            if byte <= 0x2C {
                if byte == delimiter || byte == Self.lineFeed || byte == Self.carriageReturn {
                    fields.append(ListField(start..<offset))
                    return .ended(offset)
                }
                if byte == Self.quote { return .fault(.strayQuote, at: offset, resume: .afterLine(of: offset)) }
                if byte == 0, nulAt == nil { nulAt = offset }
            }
            highBits |= byte
            offset += 1
        }
        guard isFinal else { return .cut(openQuote: nil) }
        fields.append(ListField(start..<offset))
        return .ended(offset)
    }

    private mutating func quoted(_ text: Span<UInt8>, _ open: Int, _ isFinal: Bool) -> Field {
        var offset = open + 1
        var isDoubled = false
        while offset < text.count {
            let byte = text[offset]
            if byte == Self.quote {
                guard offset + 1 < text.count else {
                    guard isFinal else { return .cut(openQuote: open) }
                    return close(text, open, offset, isDoubled)
                }
                guard text[offset + 1] == Self.quote else { return close(text, open, offset, isDoubled) }
                isDoubled = true
                offset += 1
            } else if byte <= 0x0D {
                if byte == Self.lineFeed || byte == Self.carriageReturn { spansLines = true }
                if byte == 0, nulAt == nil { nulAt = offset }
            }
            highBits |= byte
            offset += 1
        }
        guard isFinal else { return .cut(openQuote: open) }
        return .fault(.unterminatedQuote, at: open, resume: .afterLine(of: open))
    }

    /// The field whose quotes stand at `open` and `end`.
    private mutating func close(_ text: Span<UInt8>, _ open: Int, _ end: Int, _ isDoubled: Bool) -> Field {
        let next = end + 1
        if next < text.count, text[next] != delimiter, text[next] != Self.lineFeed, text[next] != Self.carriageReturn {
            // The quote that opened may be the wrong one: what follows its line may well be good rows. Looking
            // there again costs each byte once more at most, since a line that leaves a quote open has an odd number
            // of quotes, and the lines that this quote swallowed have an even number.
            return .fault(.textAfterQuote, at: next, resume: .afterLine(of: open))
        }
        var field = ListField(open + 1..<end)
        if isDoubled {
            let start = unescaped.count
            var offset = open + 1
            while offset < end {
                unescaped.append(text[offset])
                offset += text[offset] == Self.quote ? 2 : 1
            }
            field.range = start..<unescaped.count
            field.isUnescaped = true
        }
        fields.append(field)
        return .ended(next)
    }

    /// The index behind the line end at `offset`, or nil where that cannot be known yet.
    private func lineEnd(_ text: Span<UInt8>, _ offset: Int, _ isFinal: Bool) -> Int? {
        guard offset < text.count else { return offset }
        guard text[offset] == Self.carriageReturn else { return offset + 1 }
        guard offset + 1 < text.count else { return isFinal ? offset + 1 : nil }
        return text[offset + 1] == Self.lineFeed ? offset + 2 : offset + 1
    }

    private func cut(_ isOverlong: Bool, _ start: Int, openQuote: Int?) -> RowScan {
        guard isOverlong else { return .incomplete }
        return .fault(
            .tooLong(bytesMax: rowBytesMax), at: openQuote ?? start, resume: .afterLine(of: openQuote ?? start))
    }

    private func finish(_ text: Span<UInt8>, start: Int, end: Int, next: Int) -> RowScan {
        if end == start, fields.count == 1 { return .blank(next: next) }
        if let nulAt { return .fault(.nul, at: nulAt, resume: .at(next)) }
        if highBits >= 0x80, let fault = UTF8Scalar.firstFault(in: text, start..<end) {
            return .fault(.invalidUTF8, at: fault, resume: .at(next))
        }
        return .row(next: next)
    }
}
