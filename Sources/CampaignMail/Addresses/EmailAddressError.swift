/// Why some bytes are not an address, and where.
package struct EmailAddressError: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: Reason
    /// Offset in bytes from the start of the address; equal to its length where something is missing at the end.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String { reason.description }

    package enum Reason: Hashable, Sendable {
        case empty
        case missingAt
        case control(UInt8)
        case space
        case invisible(UInt32)
        case invalidUTF8
        case emptyLocalPart
        case localPartTooLong
        case dotPlacement
        case localPartCharacter(UInt8)
        case unterminatedQuote
        case textAfterQuote
        case escape
        case emptyDomain
        case domainTooLong
        case addressTooLong
        case emptyLabel
        case labelTooLong
        case labelHyphen
        case secondAt
        case domainCharacter(UInt8)
        case noASCIIForm
        case unterminatedLiteral
        case ipv4Literal
        case ipv6Literal
        case unknownLiteral
    }
}

extension EmailAddressError.Reason: CustomStringConvertible {
    /// One sentence without a full stop.
    package var description: String {
        switch self {
        case .empty: "the address is empty"
        case .missingAt: "the address has no @"
        case .control(let byte):
            "a control character (0x\(Self.hex(UInt32(byte), digits: 2))) is not allowed in an address"
        case .space: "a space is not allowed in an address"
        case .invisible(let value):
            "the invisible character U+\(Self.hex(value, digits: 4)) is not allowed in an address"
        case .invalidUTF8: "the address is not valid UTF-8"
        case .emptyLocalPart: "nothing stands before the @"
        case .localPartTooLong: "the part before the @ is longer than 64 bytes"
        case .dotPlacement: "a dot may not begin or end the part before the @, nor follow another dot"
        case .localPartCharacter(let byte): "“\(Self.character(byte))” is not allowed before the @"
        case .unterminatedQuote: "the quoted part before the @ is never closed"
        case .textAfterQuote: "only an @ may follow the quoted part"
        case .escape: "a backslash must be followed by a printable ASCII character"
        case .emptyDomain: "nothing stands after the @"
        case .domainTooLong: "the domain is longer than 255 bytes"
        case .addressTooLong: "the address is longer than 254 bytes"
        case .emptyLabel: "a dot may not begin or end the domain, nor follow another dot"
        case .labelTooLong: "a label of the domain is longer than 63 bytes"
        case .labelHyphen: "a label of the domain may not begin or end with a hyphen"
        case .secondAt: "the address has a second @"
        case .domainCharacter(let byte): "“\(Self.character(byte))” is not allowed in a domain"
        case .noASCIIForm: "the domain has no valid internationalised (IDNA) form"
        case .unterminatedLiteral: "the address literal is not closed by ] at its end"
        case .ipv4Literal: "the address literal is not an IPv4 address"
        case .ipv6Literal: "the address literal is not an IPv6 address"
        case .unknownLiteral: "the address literal is neither an IPv4 address nor tagged IPv6:"
        }
    }

    private static func character(_ byte: UInt8) -> String { String(Unicode.Scalar(byte)) }

    private static func hex(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
