/// What the grammar found out about the bytes of an address; the bytes themselves stay where they are.
///
/// ```
/// Mailbox    = Local-part "@" ( Domain / address-literal )
/// Local-part = Dot-string / Quoted-string
/// ```
/// RFC 5321 section 4.1.2, widened by RFC 6531 section 3.3 to UTF-8 in local part and domain.
package struct AddressForm: Hashable, Sendable {
    /// Offset of the `@` that separates local part and domain.
    package internal(set) var atOffset = 0
    package internal(set) var localPartIsQuoted = false
    package internal(set) var localPartIsASCII = true
    package internal(set) var domainIsLiteral = false
    /// The domain with A-labels (RFC 5890) where it was given with other characters than ASCII, else empty.
    package internal(set) var encodedDomain: [UInt8] = []

    /// The limit of a forward path without its angle brackets (RFC 5321 section 4.5.3.1.3).
    static let addressBytesMax = 254
    static let localPartBytesMax = 64
    static let domainBytesMax = 255

    /// Checks one address. Allocates nothing unless the domain has non-ASCII characters.
    package init(_ bytes: Span<UInt8>) throws(EmailAddressError) {
        guard !bytes.isEmpty else { throw EmailAddressError(.empty, at: 0) }
        if bytes[0] == UInt8(ascii: "\"") {
            localPartIsQuoted = true
            atOffset = try scanQuotedString(bytes)
        } else {
            atOffset = try scanDotString(bytes)
        }
        guard atOffset <= Self.localPartBytesMax else { throw EmailAddressError(.localPartTooLong, at: 0) }
        let start = atOffset + 1
        guard start < bytes.count else { throw EmailAddressError(.emptyDomain, at: start) }
        if bytes[start] == UInt8(ascii: "[") {
            domainIsLiteral = true
            try AddressLiteral.check(bytes, from: start)
        } else {
            encodedDomain = try DomainName.check(bytes, from: start)
        }
        let domainBytes = encodedDomain.isEmpty ? bytes.count - start : encodedDomain.count
        guard domainBytes <= Self.domainBytesMax else { throw EmailAddressError(.domainTooLong, at: start) }
        guard max(bytes.count, start + domainBytes) <= Self.addressBytesMax else {
            throw EmailAddressError(.addressTooLong, at: 0)
        }
    }

    /// `Atom *("." Atom)`; returns the offset of the `@`.
    private mutating func scanDotString(_ bytes: Span<UInt8>) throws(EmailAddressError) -> Int {
        var offset = 0
        var atomIsEmpty = true
        while offset < bytes.count {
            let byte = bytes[offset]
            if AddressCharacter.isAtom(byte) {
                offset += 1
                atomIsEmpty = false
            } else if byte == UInt8(ascii: ".") {
                guard !atomIsEmpty else { throw EmailAddressError(.dotPlacement, at: offset) }
                offset += 1
                atomIsEmpty = true
            } else if byte == UInt8(ascii: "@") {
                guard offset > 0 else { throw EmailAddressError(.emptyLocalPart, at: 0) }
                guard !atomIsEmpty else { throw EmailAddressError(.dotPlacement, at: offset - 1) }
                return offset
            } else if byte >= 0x80 {
                offset += try Self.visibleScalarBytes(bytes, at: offset)
                localPartIsASCII = false
                atomIsEmpty = false
            } else {
                throw EmailAddressError(Self.reason(for: byte, else: .localPartCharacter(byte)), at: offset)
            }
        }
        throw EmailAddressError(.missingAt, at: offset)
    }

    /// `DQUOTE *(qtextSMTP / quoted-pairSMTP) DQUOTE`; returns the offset of the `@`.
    private mutating func scanQuotedString(_ bytes: Span<UInt8>) throws(EmailAddressError) -> Int {
        var offset = 1
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                offset += 1
                guard offset < bytes.count else { throw EmailAddressError(.missingAt, at: offset) }
                guard bytes[offset] == UInt8(ascii: "@") else { throw EmailAddressError(.textAfterQuote, at: offset) }
                return offset
            } else if byte == UInt8(ascii: "\\") {
                guard offset + 1 < bytes.count, (0x20...0x7E).contains(bytes[offset + 1]) else {
                    throw EmailAddressError(.escape, at: offset)
                }
                offset += 2
            } else if byte >= 0x80 {
                offset += try Self.visibleScalarBytes(bytes, at: offset)
                localPartIsASCII = false
            } else if (0x20...0x7E).contains(byte) {
                offset += 1
            } else {
                throw EmailAddressError(.control(byte), at: offset)
            }
        }
        throw EmailAddressError(.unterminatedQuote, at: 0)
    }

    /// Length in bytes of the non-ASCII scalar at `offset`.
    static func visibleScalarBytes(_ bytes: Span<UInt8>, at offset: Int) throws(EmailAddressError) -> Int {
        guard let scalar = UTF8Scalar(in: bytes, at: offset) else {
            throw EmailAddressError(.invalidUTF8, at: offset)
        }
        guard !scalar.isInvisible else { throw EmailAddressError(.invisible(scalar.value), at: offset) }
        return scalar.lengthBytes
    }

    /// The clearest reason for an ASCII byte that the grammar does not allow.
    static func reason(for byte: UInt8, else other: EmailAddressError.Reason) -> EmailAddressError.Reason {
        switch byte {
        case 0x20: .space
        case 0..<0x20, 0x7F: .control(byte)
        default: other
        }
    }
}
