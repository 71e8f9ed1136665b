/// `<`, `>`, `&`, `"` and `'` as character references: the set that mustache escapes.
///
/// Works on octets: a combining mark after a special character does not hide it.
enum HTMLEscape {
    @inline(__always)
    static func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&")
            || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }

    static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        var runStart = 0
        for index in bytes.indices where isSpecial(bytes[index]) {
            output.append(bytes.extracting(runStart..<index))
            runStart = index + 1
            switch bytes[index] {
            case UInt8(ascii: "<"): output.append(contentsOf: [38, 108, 116, 59])  // &lt;
            case UInt8(ascii: ">"): output.append(contentsOf: [38, 103, 116, 59])  // &gt;
            case UInt8(ascii: "&"): output.append(contentsOf: [38, 97, 109, 112, 59])  // &amp;
            case UInt8(ascii: "\""): output.append(contentsOf: [38, 113, 117, 111, 116, 59])  // &quot;
            default: output.append(contentsOf: [38, 35, 51, 57, 59])  // &#39;
            }
        }
        output.append(bytes.extracting(runStart..<bytes.count))
    }

    /// As `append`, over octets that may be ill-formed UTF-8.
    static func appendRepaired(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        if UTF8Repair.isValid(bytes) {
            append(bytes, to: &output)
        } else {
            var repaired: [UInt8] = []
            UTF8Repair.append(bytes, to: &repaired)
            append(repaired.span, to: &output)
        }
    }
}
