/// The quoted-printable encoding of text (RFC 2045 §6.7).
enum QuotedPrintable {
    /// Longest line without its CRLF, the soft break's "=" included.
    static let lineMax = 76

    /// Appends `text` encoded. Each CR, LF and CRLF of it becomes a hard line break.
    ///
    /// Encoded text holds printable ASCII, blanks that do not end a line, and CRLF: it passes any server unchanged.
    static func append(_ text: Span<UInt8>, to output: inout [UInt8]) {
        // One line is gathered at a time and appended as a whole: this is several times as fast as appending octets.
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 96) { line in
            var used = 0
            var index = 0
            while index < text.count {
                let byte = text[index]
                index += 1
                if isSelfRepresenting(byte), used < lineMax - 1 {
                    unsafe line[used] = byte
                    used += 1
                    continue
                }
                if byte == ASCII.carriageReturn || byte == ASCII.lineFeed {
                    if byte == ASCII.carriageReturn, index < text.count, text[index] == ASCII.lineFeed {
                        index += 1
                    }
                    unsafe flush(line, used, to: &output)
                    used = 0
                    continue
                }
                let isPlain = isSelfRepresenting(byte) || (ASCII.isBlank(byte) && !isLineEnd(text, index))
                let width = isPlain ? 1 : 3
                // The last column is kept for a soft break, unless this octet ends its line.
                if used + width > lineMax - 1, used + width > lineMax || !isLineEnd(text, index) {
                    unsafe line[used] = ASCII.equals
                    unsafe flush(line, used + 1, to: &output)
                    used = 0
                }
                if isPlain {
                    unsafe line[used] = byte
                } else {
                    unsafe line[used] = ASCII.equals
                    unsafe line[used + 1] = hexDigit(byte >> 4)
                    unsafe line[used + 2] = hexDigit(byte & 15)
                }
                used += width
            }
            unsafe output.append(contentsOf: UnsafeBufferPointer(rebasing: line[..<used]))
        }
    }

    /// Appends the line and CRLF; `line` has room for both.
    @inline(__always)
    private static func flush(_ line: UnsafeMutableBufferPointer<UInt8>, _ used: Int, to output: inout [UInt8]) {
        unsafe line[used] = ASCII.carriageReturn
        unsafe line[used + 1] = ASCII.lineFeed
        unsafe output.append(contentsOf: UnsafeBufferPointer(rebasing: line[..<(used + 2)]))
    }

    @inline(__always)
    private static func isSelfRepresenting(_ byte: UInt8) -> Bool {
        byte > ASCII.space && byte < 0x7F && byte != ASCII.equals
    }

    @inline(__always)
    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? nibble + UInt8(ascii: "0") : nibble - 10 + UInt8(ascii: "A")
    }

    @inline(__always)
    private static func isLineEnd(_ text: Span<UInt8>, _ index: Int) -> Bool {
        index == text.count || text[index] == ASCII.carriageReturn || text[index] == ASCII.lineFeed
    }
}
