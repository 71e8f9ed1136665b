/// Text of any origin made fit for a header.
enum HeaderText {
    /// Makes `text`, well-formed UTF-8, one line without controls, in place: each line end or control (C0, DEL, C1,
    /// U+2028, U+2029) becomes one space, blanks at both ends go.
    ///
    /// This is what keeps merged values from adding a header: nothing reaches a header field but through here.
    static func sanitize(_ text: inout [UInt8]) {
        guard !isClean(text.span) else { return }
        var read = 0
        var write = 0
        while read < text.count {
            let length = controlLength(text.span, at: read)
            if length > 0 {
                text[write] = ASCII.space
                read += length
            } else {
                text[write] = text[read]
                read += 1
            }
            write += 1
        }
        while write > 0, text[write - 1] == ASCII.space {
            write -= 1
        }
        var start = 0
        while start < write, text[start] == ASCII.space {
            start += 1
        }
        text.removeSubrange(write...)
        text.removeSubrange(..<start)
    }

    /// Printable ASCII throughout, and nothing that a reader would take for an encoded word.
    static func isPlain(_ text: Span<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for index in text.indices {
            let byte = text[index]
            guard ASCII.isPrintable(byte) else { return false }
            if byte == UInt8(ascii: "?"), previous == ASCII.equals { return false }
            previous = byte
        }
        return true
    }

    /// Holds something that `sanitize` would replace.
    static func holdsControl(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where controlLength(text, at: index) > 0 {
            return true
        }
        return false
    }

    private static func isClean(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0 else { return true }
        for index in text.indices where !ASCII.isPrintable(text[index]) {
            return false
        }
        return text[0] != ASCII.space && text[text.count - 1] != ASCII.space
    }

    /// Octets of the control or line end at `index`; 0 when there is none.
    private static func controlLength(_ text: Span<UInt8>, at index: Int) -> Int {
        let byte = text[index]
        let next = index + 1 < text.count ? text[index + 1] : 0
        let afterNext = index + 2 < text.count ? text[index + 2] : 0
        switch byte {
        case ASCII.carriageReturn: return next == ASCII.lineFeed ? 2 : 1
        case 0..<0x20, 0x7F: return 1
        case 0xC2: return (0x80...0x9F).contains(next) ? 2 : 0
        case 0xE2: return next == 0x80 && (afterNext == 0xA8 || afterNext == 0xA9) ? 3 : 0
        default: return 0
        }
    }
}
