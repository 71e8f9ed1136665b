/// The client's own name in EHLO, HELO or LHLO: a domain or an address literal (RFC 5321 §4.1.1.1).
package struct GreetingName: Hashable, Sendable {
    /// Longest domain (RFC 5321 §4.5.3.1.2).
    package static let lengthMaxBytes = 255

    package let bytes: [UInt8]

    /// - Throws: `CommandArgumentError` for anything but 1…255 printable US-ASCII characters without spaces.
    package init(_ name: String) throws(CommandArgumentError) {
        let bytes = Array(name.utf8)
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.lengthMaxBytes else { throw .tooLong(lengthMaxBytes: Self.lengthMaxBytes) }
        for (offset, byte) in bytes.enumerated() {
            if byte < 0x20 || byte == 0x7F { throw .controlCharacter(offsetBytes: offset) }
            if byte == 0x20 || byte == 0x3C || byte == 0x3E { throw .delimiter(offsetBytes: offset) }
            if byte >= 0x80 { throw .notASCII }
        }
        self.bytes = bytes
    }
}
