/// One Unicode scalar read from untrusted UTF-8 (RFC 3629): over-long forms, surrogates and values
/// above U+10FFFF are not scalars.
package struct UTF8Scalar: Equatable, Sendable {
    package let value: UInt32
    package let lengthBytes: Int

    /// The scalar that starts at `offset`, or nil where the bytes there are no well-formed scalar.
    package init?(in bytes: Span<UInt8>, at offset: Int) {
        guard offset >= 0, offset < bytes.count else { return nil }
        let first = bytes[offset]
        let (length, lowest, bits): (Int, UInt32, UInt8)
        switch first {
        case 0x00...0x7F: (length, lowest, bits) = (1, 0, 0x7F)
        case 0xC2...0xDF: (length, lowest, bits) = (2, 0x80, 0x1F)
        case 0xE0...0xEF: (length, lowest, bits) = (3, 0x800, 0x0F)
        case 0xF0...0xF4: (length, lowest, bits) = (4, 0x1_0000, 0x07)
        default: return nil
        }
        guard bytes.count - offset >= length else { return nil }
        var value = UInt32(first & bits)
        for index in offset + 1..<offset + length {
            guard bytes[index] & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(bytes[index] & 0x3F)
        }
        guard value >= lowest, value <= 0x10_FFFF, !(0xD800...0xDFFF).contains(value) else { return nil }
        self.value = value
        lengthBytes = length
    }

    /// The offset of the first byte within `range` that does not belong to well-formed UTF-8, or nil.
    package static func firstFault(in bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        let text = bytes.extracting(range)
        var offset = 0
        while offset < text.count {
            if text[offset] < 0x80 {
                offset += 1
            } else if let scalar = UTF8Scalar(in: text, at: offset) {
                offset += scalar.lengthBytes
            } else {
                return range.lowerBound + offset
            }
        }
        return nil
    }

    /// Whether a reader cannot see this scalar, or it reorders the text around it: C1 controls, white space,
    /// bidirectional controls and the like. RFC 6531 lets them into addresses; no real address has them, and a
    /// list that does was damaged or is meant to deceive. Joiners (U+200C, U+200D) are letters' parts in some scripts.
    var isInvisible: Bool {
        switch value {
        case 0x80...0xA0, 0xAD, 0x1680, 0x180E, 0x2000...0x200B, 0x200E...0x200F, 0x2028...0x202F,
            0x205F...0x2064, 0x2066...0x206F, 0x3000, 0xFEFF, 0xFFF9...0xFFFB:
            true
        default:
            value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(value)
        }
    }
}
