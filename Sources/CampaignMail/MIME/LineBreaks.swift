/// Line ends as mail wants them.
enum LineBreaks {
    /// Longest line without its CRLF, in octets (RFC 5322 §2.1.1).
    static let lineMax = 998

    /// Appends `bytes` with each CR, LF and CRLF turned into CRLF.
    static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        var runStart = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == ASCII.carriageReturn || byte == ASCII.lineFeed else {
                index += 1
                continue
            }
            output.append(bytes.extracting(runStart..<index))
            output.append(ASCII.carriageReturn)
            output.append(ASCII.lineFeed)
            index += 1
            if byte == ASCII.carriageReturn, index < bytes.count, bytes[index] == ASCII.lineFeed {
                index += 1
            }
            runStart = index
        }
        output.append(bytes.extracting(runStart..<bytes.count))
    }

    /// Whether `bytes` may travel as 7bit (RFC 2045 §2.7): ASCII, no NUL, no line longer than 998 octets.
    static func isSevenBit(_ bytes: Span<UInt8>) -> Bool {
        var lineStart = 0
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == ASCII.lineFeed || byte == ASCII.carriageReturn {
                guard index - lineStart <= lineMax else { return false }
                lineStart = index + 1
            } else if byte == 0 || byte >= 0x80 {
                return false
            }
        }
        return bytes.count - lineStart <= lineMax
    }
}
