/// LEB128 varints, the packing of every number in an event.
extension [UInt8] {
    @inline(__always)
    package mutating func appendVarint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        append(UInt8(truncatingIfNeeded: value))
    }

    /// Signed numbers with the sign in the lowest bit, so that small negative ones stay short.
    @inline(__always)
    package mutating func appendZigzag(_ value: Int64) {
        appendVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    package mutating func appendString(_ text: String) {
        appendVarint(UInt64(text.utf8.count))
        append(contentsOf: text.utf8)
    }

    package mutating func appendBytes(_ bytes: [UInt8]) {
        appendVarint(UInt64(bytes.count))
        append(contentsOf: bytes)
    }
}

/// What is wrong with encoded bytes. The offset counts from the payload's start.
package struct CodecError: Error, Hashable, Sendable, CustomStringConvertible {
    package var reason: String
    package var offset: Int

    package init(_ reason: String, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String { "\(reason) at byte \(offset) of the payload" }
}

/// A place in encoded bytes. The bytes themselves are passed to each call, since a borrowed span cannot be stored.
package struct ByteReader: Sendable {
    package var offset: Int
    package var end: Int

    package init(offset: Int = 0, end: Int) {
        self.offset = offset
        self.end = end
    }

    package var isAtEnd: Bool { offset >= end }

    @inline(__always)
    package mutating func byte(_ span: RawSpan) throws(CodecError) -> UInt8 {
        guard offset < end, offset < span.byteCount else { throw CodecError("cut short", at: offset) }
        let value = unsafe span.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
        offset += 1
        return value
    }

    @inline(__always)
    package mutating func varint(_ span: RawSpan) throws(CodecError) -> UInt64 {
        let first = try byte(span)
        if first < 0x80 { return UInt64(first) }
        return try longVarint(span, first)
    }

    @inline(never)
    private mutating func longVarint(_ span: RawSpan, _ first: UInt8) throws(CodecError) -> UInt64 {
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            let next = try byte(span)
            guard shift < 63 || (shift == 63 && next <= 1) else { throw CodecError("number too long", at: offset) }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    @inline(__always)
    package mutating func zigzag(_ span: RawSpan) throws(CodecError) -> Int64 {
        let value = try varint(span)
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    package mutating func number<Number: FixedWidthInteger>(
        _ span: RawSpan, as type: Number.Type
    ) throws(CodecError) -> Number {
        let start = offset
        guard let number = Number(exactly: try varint(span)) else { throw CodecError("number out of range", at: start) }
        return number
    }

    /// A byte range of a length that was read first; checked against the end before anything is allocated.
    @inline(__always)
    package mutating func range(_ span: RawSpan) throws(CodecError) -> Range<Int> {
        let start = offset
        let length = try varint(span)
        guard length <= UInt64(max(0, min(end, span.byteCount) - offset)) else {
            throw CodecError("length beyond the end", at: start)
        }
        let range = offset..<offset + Int(length)
        offset = range.upperBound
        return range
    }

    package mutating func bytes(_ span: RawSpan) throws(CodecError) -> [UInt8] {
        let range = try range(span)
        return span.copy(range)
    }

    package mutating func string(_ span: RawSpan) throws(CodecError) -> String {
        String(decoding: try bytes(span), as: UTF8.self)
    }
}

extension RawSpan {
    /// Copies a range that is known to lie inside.
    package func copy(_ range: Range<Int>) -> [UInt8] {
        unsafe extracting(range).withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
