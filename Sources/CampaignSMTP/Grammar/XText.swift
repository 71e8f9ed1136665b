import NIOCore

/// The encodings of values that hold what a command line has another meaning for.
extension ByteBuffer {
    /// Appends `xtext` (RFC 3461 §4): printable US-ASCII as it is but for `+` and `=`, any other byte as `+` and two
    /// digits.
    ///
    ///     a+b@example.com → a+2Bb@example.com
    mutating func writeXText(_ bytes: some Collection<UInt8>) {
        // Nearly always there is nothing to encode.
        if bytes.withContiguousStorageIfAvailable({ unsafe $0.allSatisfy(Self.isPlain) })
            ?? bytes.allSatisfy(Self.isPlain)
        {
            writeBytes(bytes)
            return
        }
        for byte in bytes {
            if Self.isPlain(byte) {
                writeInteger(byte)
            } else {
                writeInteger(0x2B as UInt8)
                writeInteger(Self.hexDigit(byte >> 4))
                writeInteger(Self.hexDigit(byte & 15))
            }
        }
    }

    /// Appends an address as `utf-8-addr-unitext` where the transaction is an SMTPUTF8 one, else as `utf-8-addr-xtext`
    /// (RFC 6533 §3): characters that have no place there as `\x{HEX}`.
    mutating func writeInternationalAddress(_ bytes: [UInt8], isSMTPUTF8: Bool) {
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let isPlain = (0x21...0x7E).contains(scalar.value) && scalar != "+" && scalar != "=" && scalar != "\\"
            if isPlain || (isSMTPUTF8 && scalar.value >= 0xA0) {
                writeBytes(Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter)
            } else {
                writeStaticString("\\x{")
                writeString(String(scalar.value, radix: 16, uppercase: true))
                writeStaticString("}")
            }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && byte != 0x2B && byte != 0x3D }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }
}
