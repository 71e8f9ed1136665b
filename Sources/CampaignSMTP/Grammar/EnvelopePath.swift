/// A reverse-path or forward-path without its angle brackets (RFC 5321 §4.1.2, RFC 6531 §3.3).
///
///     C: MAIL FROM:<bounces@example.com>
///
/// Holds only what cannot break out of `<…>` in a command line. Whether it is a valid address is decided elsewhere.
package struct EnvelopePath: Hashable, Sendable {
    /// Local part 64, at sign, domain 255 (RFC 5321 §4.5.3.1).
    package static let lengthMaxBytes = 320

    /// The empty reverse-path `<>` of notifications.
    package static let null = EnvelopePath()

    package let bytes: [UInt8]
    /// True when the path has bytes beyond US-ASCII: only a server that offers SMTPUTF8 may be given it.
    package let needsSMTPUTF8: Bool

    private init() {
        bytes = []
        needsSMTPUTF8 = false
    }

    /// - Throws: `CommandArgumentError` for an empty or overlong address, control characters, and delimiters outside
    ///   of a quoted string.
    package init(_ address: String) throws(CommandArgumentError) { try self.init(bytes: Array(address.utf8)) }

    /// The same from the address's UTF-8.
    package init(bytes: [UInt8]) throws(CommandArgumentError) {
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.lengthMaxBytes else { throw .tooLong(lengthMaxBytes: Self.lengthMaxBytes) }
        var isQuoted = false
        var isEscaped = false
        var bitsSeen: UInt8 = 0
        for (offset, byte) in bytes.enumerated() {
            bitsSeen |= byte
            if byte < 0x20 || byte == 0x7F { throw .controlCharacter(offsetBytes: offset) }
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == 0x5C {
                isEscaped = true
            } else if byte == 0x22 {
                isQuoted.toggle()
            } else if !isQuoted, byte == 0x20 || byte == 0x3C || byte == 0x3E {
                throw .delimiter(offsetBytes: offset)
            }
        }
        guard !isQuoted else { throw .unterminatedQuotedString }
        self.bytes = bytes
        self.needsSMTPUTF8 = bitsSeen >= 0x80
    }
}

extension EnvelopePath: CustomStringConvertible {
    package var description: String { "<\(String(decoding: bytes, as: UTF8.self))>" }
}
