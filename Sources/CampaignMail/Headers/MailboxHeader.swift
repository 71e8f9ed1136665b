/// A header field of one mailbox, such as From (RFC 5322 §3.4).
enum MailboxHeader {
    /// A longer display name is given as encoded words: these fold anywhere.
    private static let quotedMax = 60

    /// Appends the whole field with its CRLF.
    /// - Parameters:
    ///   - name: the field's name with ": ".
    ///   - displayName: well-formed UTF-8 of any content; sanitized in place; empty for none.
    ///   - address: checked.
    static func append(name: [UInt8], displayName: inout [UInt8], address: [UInt8], to output: inout [UInt8]) {
        HeaderText.sanitize(&displayName)
        output.append(name.span)
        if displayName.isEmpty {
            output.append(address.span)
        } else {
            let lineLength = appendPhrase(displayName.span, lineLength: name.count, to: &output)
            if lineLength + address.count + 3 > EncodedWord.lineMax {
                output.append(ASCII.carriageReturn)
                output.append(ASCII.lineFeed)
            }
            output.append(contentsOf: [ASCII.space, UInt8(ascii: "<")])
            output.append(address.span)
            output.append(UInt8(ascii: ">"))
        }
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }

    /// As atoms, else as a quoted string, else as encoded words. Returns the length of the last line.
    private static func appendPhrase(_ text: Span<UInt8>, lineLength: Int, to output: inout [UInt8]) -> Int {
        guard HeaderText.isPlain(text), text.count <= quotedMax else {
            return EncodedWord.append(text, lineLength: lineLength, to: &output)
        }
        let before = output.count
        if isAtoms(text) {
            output.append(text)
        } else {
            output.append(UInt8(ascii: "\""))
            for index in text.indices {
                let byte = text[index]
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                    output.append(UInt8(ascii: "\\"))
                }
                output.append(byte)
            }
            output.append(UInt8(ascii: "\""))
        }
        return lineLength + output.count - before
    }

    /// Atoms with single spaces between them.
    private static func isAtoms(_ text: Span<UInt8>) -> Bool {
        var previous = ASCII.space
        for index in text.indices {
            let byte = text[index]
            guard ASCII.isAtext(byte) || (byte == ASCII.space && previous != ASCII.space) else { return false }
            previous = byte
        }
        return true
    }
}
