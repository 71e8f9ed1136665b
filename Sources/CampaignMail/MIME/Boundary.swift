/// The line that separates the parts of a multipart entity (RFC 2046 §5.1.1).
///
/// `--=_` and the message's key: the same for every render of one message. Quoted-printable text cannot hold `=_`, so
/// a part that holds the delimiter by design is made harmless by encoding it.
enum Boundary {
    static let prefix = "=_"

    /// Appends `--`, the boundary and, for the last one, `--`, then CRLF.
    static func appendDelimiter(key: [UInt8], isLast: Bool, to output: inout [UInt8]) {
        output.append(contentsOf: "--".utf8)
        output.append(contentsOf: prefix.utf8)
        output.append(key.span)
        output.append(contentsOf: isLast ? "--\r\n".utf8 : "\r\n".utf8)
    }

    /// Whether the delimiter of `key` stands anywhere in `text` from `start` on.
    static func occurs(key: [UInt8], in text: Span<UInt8>, from start: Int) -> Bool {
        // Any occurrence covers an index a multiple of 4 after `start`, with one of its first four octets, "--=_".
        var index = start
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "-") || byte == ASCII.equals || byte == UInt8(ascii: "_") {
                for candidate in max(start, index - 3)...index where matches(key: key, in: text, at: candidate) {
                    return true
                }
            }
            index += 4
        }
        return false
    }

    private static func matches(key: [UInt8], in text: Span<UInt8>, at start: Int) -> Bool {
        guard text.count - start >= key.count + 4, text[start] == UInt8(ascii: "-"),
            text[start + 1] == UInt8(ascii: "-"),
            text[start + 2] == ASCII.equals, text[start + 3] == UInt8(ascii: "_")
        else { return false }
        for index in key.indices where text[start + 4 + index] != key[index] {
            return false
        }
        return true
    }
}
