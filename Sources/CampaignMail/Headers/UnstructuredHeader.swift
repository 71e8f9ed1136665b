/// A header field of free text (RFC 5322 §2.2.1), such as Subject.
enum UnstructuredHeader {
    /// Lines are folded to this many octets where there is a blank to fold at (RFC 5322 §2.1.1).
    static let lineMax = 78
    /// A longer stretch without a blank cannot be folded; the text is encoded instead, which folds anywhere.
    private static let stretchMax = 256

    /// Appends the whole field with its CRLF.
    /// - Parameters:
    ///   - name: the field's name with ": ".
    ///   - text: well-formed UTF-8 of any content; sanitized in place.
    static func append(name: [UInt8], text: inout [UInt8], to output: inout [UInt8]) {
        HeaderText.sanitize(&text)
        output.append(name.span)
        let span = text.span
        if HeaderText.isPlain(span), name.count + span.count <= lineMax {
            output.append(span)
        } else if HeaderText.isPlain(span), longestStretch(span) <= stretchMax {
            appendFolded(span, lineLength: name.count, to: &output)
        } else {
            EncodedWord.append(span, lineLength: name.count, to: &output)
        }
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }

    /// Folds before runs of blanks; each run stays with the word that follows it, so no line is blank.
    private static func appendFolded(_ text: Span<UInt8>, lineLength: Int, to output: inout [UInt8]) {
        var lineLength = lineLength
        var start = 0
        while start < text.count {
            let end = stretchEnd(text, from: start)
            if start > 0, lineLength + end - start > lineMax {
                output.append(ASCII.carriageReturn)
                output.append(ASCII.lineFeed)
                lineLength = 0
            }
            output.append(text.extracting(start..<end))
            lineLength += end - start
            start = end
        }
    }

    private static func longestStretch(_ text: Span<UInt8>) -> Int {
        var longest = 0
        var start = 0
        while start < text.count {
            let end = stretchEnd(text, from: start)
            longest = max(longest, end - start)
            start = end
        }
        return longest
    }

    /// End of the blanks and the word that start here.
    private static func stretchEnd(_ text: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < text.count, text[end] == ASCII.space { end += 1 }
        while end < text.count, text[end] != ASCII.space { end += 1 }
        return end
    }
}
