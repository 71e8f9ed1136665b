/// `"[" ( IPv4-address-literal / IPv6-address-literal ) "]"` (RFC 5321 section 4.1.3).
/// Other tags need a registration that nobody has made, so they are refused.
enum AddressLiteral {
    /// Checks the literal whose `[` stands at `start`; it must fill the rest of `bytes`.
    static func check(_ bytes: Span<UInt8>, from start: Int) throws(EmailAddressError) {
        let end = bytes.count - 1
        guard end > start, bytes[end] == UInt8(ascii: "]") else {
            throw EmailAddressError(.unterminatedLiteral, at: bytes.count)
        }
        let content = bytes.extracting(start + 1..<end)
        if hasIPv6Tag(content) {
            guard isIPv6(content.extracting(5...)) else { throw EmailAddressError(.ipv6Literal, at: start + 6) }
        } else if !content.isEmpty, (0x30...0x39).contains(content[0]) {
            guard isIPv4(content) else { throw EmailAddressError(.ipv4Literal, at: start + 1) }
        } else {
            throw EmailAddressError(.unknownLiteral, at: start + 1)
        }
    }

    private static func hasIPv6Tag(_ content: Span<UInt8>) -> Bool {
        let tag: StaticString = "ipv6:"
        guard content.count >= tag.utf8CodeUnitCount else { return false }
        return content[0] | 0x20 == UInt8(ascii: "i") && content[1] | 0x20 == UInt8(ascii: "p")
            && content[2] | 0x20 == UInt8(ascii: "v") && content[3] == UInt8(ascii: "6")
            && content[4] == UInt8(ascii: ":")
    }

    /// `Snum 3("." Snum)`, each of one to three digits and at most 255.
    static func isIPv4(_ text: Span<UInt8>) -> Bool {
        var numbers = 0
        var digits = 0
        var value = 0
        for offset in 0...text.count {
            if offset == text.count || text[offset] == UInt8(ascii: ".") {
                guard digits > 0, value <= 255 else { return false }
                (numbers, digits, value) = (numbers + 1, 0, 0)
            } else {
                guard (0x30...0x39).contains(text[offset]), digits < 3 else { return false }
                value = value * 10 + Int(text[offset] - 0x30)
                digits += 1
            }
        }
        return numbers == 4
    }

    /// Eight groups, or fewer around one `::` that stands for two or more; the last two may be an IPv4 address.
    static func isIPv6(_ text: Span<UInt8>) -> Bool {
        var groups = 0
        var isCompressed = false
        var offset = 0
        while offset < text.count {
            if text[offset] == UInt8(ascii: ":") {
                let doubles = offset + 1 < text.count && text[offset + 1] == UInt8(ascii: ":")
                if doubles {
                    guard !isCompressed else { return false }
                    isCompressed = true
                    offset += 2
                    if offset == text.count { break }
                } else {
                    guard groups > 0 else { return false }
                    offset += 1
                }
            } else if groups > 0 {
                return false
            }
            let start = offset
            while offset < text.count, isHexDigit(text[offset]) { offset += 1 }
            if offset < text.count, text[offset] == UInt8(ascii: ".") {
                guard isIPv4(text.extracting(start...)) else { return false }
                groups += 2
                offset = text.count
            } else {
                guard (1...4).contains(offset - start) else { return false }
                groups += 1
            }
        }
        return isCompressed ? groups <= 6 : groups == 8
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }
}
