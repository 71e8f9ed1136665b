/// Encoded words (RFC 2047): text of any script in an ASCII header.
enum EncodedWord {
    /// Longest encoded word, and longest line that holds one, in octets (RFC 2047 §2).
    static let wordMax = 75
    static let lineMax = 76

    private static let overhead = 12  // "=?utf-8?q?" and "?="

    /// Appends `text`, which must be well-formed UTF-8, as encoded words folded over as many lines as it takes.
    ///
    /// No character is split between words. The shorter of Q and B is chosen for the whole text.
    /// - Parameters:
    ///   - lineLength: octets that already stand on the line.
    /// - Returns: the length of the last line.
    @discardableResult
    static func append(_ text: Span<UInt8>, lineLength: Int, to output: inout [UInt8]) -> Int {
        let usesQ = quotedLength(text) <= (text.count + 2) / 3 * 4
        var lineLength = lineLength
        var start = 0
        while start < text.count {
            // A word with room for less than one four-octet character would hold nothing.
            if start > 0 || lineMax - lineLength - overhead < 12 {
                output.append(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed, ASCII.space])
                lineLength = 1
            }
            let room = min(wordMax, lineMax - lineLength) - overhead
            let end = usesQ ? quotedEnd(text, from: start, room: room) : base64End(text, from: start, room: room)
            let before = output.count
            output.append(contentsOf: (usesQ ? "=?utf-8?q?" : "=?utf-8?b?").utf8)
            let part = text.extracting(start..<end)
            if usesQ {
                appendQuoted(part, to: &output)
            } else {
                Base64.append(part, to: &output)
            }
            output.append(contentsOf: "?=".utf8)
            lineLength += output.count - before
            start = end
        }
        return lineLength
    }

    /// Octets that stand for themselves in the Q encoding wherever an encoded word may stand (RFC 2047 §5, rule 3).
    private static func isPlain(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "!") || byte == UInt8(ascii: "*")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/")
    }

    private static func quotedLength(_ byte: UInt8) -> Int {
        isPlain(byte) || byte == ASCII.space ? 1 : 3
    }

    private static func quotedLength(_ text: Span<UInt8>) -> Int {
        var length = 0
        for index in text.indices {
            length += quotedLength(text[index])
        }
        return length
    }

    private static func appendQuoted(_ text: Span<UInt8>, to output: inout [UInt8]) {
        for index in text.indices {
            let byte = text[index]
            if byte == ASCII.space {
                output.append(UInt8(ascii: "_"))
            } else if isPlain(byte) {
                output.append(byte)
            } else {
                output.append(ASCII.equals)
                output.append(ASCII.hexDigits[Int(byte >> 4)])
                output.append(ASCII.hexDigits[Int(byte & 15)])
            }
        }
    }

    private static func quotedEnd(_ text: Span<UInt8>, from start: Int, room: Int) -> Int {
        var end = start
        var length = 0
        while end < text.count {
            let next = characterEnd(text, from: end)
            for index in end..<next {
                length += quotedLength(text[index])
            }
            guard length <= room else { break }
            end = next
        }
        return end
    }

    private static func base64End(_ text: Span<UInt8>, from start: Int, room: Int) -> Int {
        var end = start
        while end < text.count {
            let next = characterEnd(text, from: end)
            guard (next - start + 2) / 3 * 4 <= room else { break }
            end = next
        }
        return end
    }

    private static func characterEnd(_ text: Span<UInt8>, from start: Int) -> Int {
        var end = start + 1
        while end < text.count, text[end] & 0xC0 == 0x80 {
            end += 1
        }
        return end
    }
}
