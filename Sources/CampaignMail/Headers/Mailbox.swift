/// Why a text is not a mailbox.
package enum MailboxError: Error, Equatable, Sendable {
    case empty
    /// The address, or what stands in its place.
    case malformedAddress(String)
    /// The address has other than ASCII characters; a sender's must not.
    case nonASCIIAddress(String)
    case unclosedQuote
    /// The display name has a character that must be quoted.
    case mustBeQuoted(String)
}

extension MailboxError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "it is empty"
        case .malformedAddress(let address): "“\(address)” is not an address"
        case .nonASCIIAddress(let address): "“\(address)” is not in ASCII form"
        case .unclosedQuote: "a quote is not closed"
        case .mustBeQuoted(let character): "a display name with “\(character)” must be in double quotes"
        }
    }
}

/// A display name and an address (RFC 5322 §3.4 `mailbox`), for senders.
///
/// Accepted are `shop@example.com`, `<shop@example.com>`, `Shop <shop@example.com>` and
/// `"Shop, Inc." <shop@example.com>`. Comments, groups and routes are not.
package struct Mailbox: Equatable, Sendable {
    /// Without quotes and escapes; nil when there is none.
    package var displayName: String?
    /// `local@domain`, ASCII.
    package var address: String

    package init(parsing text: String) throws(MailboxError) {
        var bytes = Array(text.utf8)[...]
        bytes.trimBlanks()
        guard let last = bytes.last else { throw .empty }
        guard last == UInt8(ascii: ">") else {
            self.address = try Self.checked(bytes)
            return
        }
        guard let open = Self.openingBracket(bytes) else {
            throw .malformedAddress(String(decoding: bytes, as: UTF8.self))
        }
        self.address = try Self.checked(bytes[(open + 1)...].dropLast())
        let name = try Self.displayName(bytes[..<open])
        self.displayName = name.isEmpty ? nil : name
    }

    /// RFC 5321 §4.5.3.1.3, without the brackets.
    private static let addressLengthMax = 254

    /// The domain of the address.
    package var domain: String {
        String(decoding: Array(address.utf8.reversed().prefix { $0 != UInt8(ascii: "@") }.reversed()), as: UTF8.self)
    }

    /// The last "<" behind which stands an address, since a quoted local part may hold others; else the last one.
    private static func openingBracket(_ bytes: ArraySlice<UInt8>) -> Int? {
        let last = bytes.lastIndex(of: UInt8(ascii: "<"))
        var open = last
        // Further back there is no address: hostile text costs no more than this.
        while let candidate = open, bytes.endIndex - candidate <= addressLengthMax + 2 {
            if (try? checked(bytes[(candidate + 1)...].dropLast())) != nil { return candidate }
            open = bytes[..<candidate].lastIndex(of: UInt8(ascii: "<"))
        }
        return last
    }

    private static func checked(_ bytes: ArraySlice<UInt8>) throws(MailboxError) -> String {
        let address = String(decoding: bytes, as: UTF8.self)
        guard AddressSyntax.isASCII(bytes.span) else { throw .nonASCIIAddress(address) }
        guard AddressSyntax.isAddress(bytes.span), bytes.count <= addressLengthMax, hasOrderlyDots(bytes) else {
            throw .malformedAddress(address)
        }
        return address
    }

    /// A recipient's odd dots are the recipient's; a sender's local part is a `dot-atom` (RFC 5322 §3.2.3) or quoted.
    private static func hasOrderlyDots(_ address: ArraySlice<UInt8>) -> Bool {
        guard address.first != UInt8(ascii: "\"") else { return true }
        var previous = UInt8(ascii: ".")
        for byte in address {
            if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "@"), previous == UInt8(ascii: ".") { return false }
            previous = byte
        }
        return true
    }

    private static func displayName(_ text: ArraySlice<UInt8>) throws(MailboxError) -> String {
        var text = text
        text.trimBlanks()
        guard text.first == UInt8(ascii: "\"") else {
            if let special = text.first(where: { mustBeQuoted.contains($0) }) {
                throw .mustBeQuoted(String(UnicodeScalar(special)))
            }
            return String(decoding: text, as: UTF8.self)
        }
        guard text.count >= 2 else { throw .unclosedQuote }
        var name: [UInt8] = []
        var rest = text.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                guard rest.isEmpty else { throw .mustBeQuoted("\"") }
                return String(decoding: name, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { throw .unclosedQuote }
                name.append(escaped)
            default: name.append(byte)
            }
        }
        throw .unclosedQuote
    }

    private static let mustBeQuoted: [UInt8] = Array("()<>[]:;@\\,\"".utf8)
}

extension ArraySlice<UInt8> {
    fileprivate mutating func trimBlanks() {
        while let first, ASCII.isBlank(first) || first == ASCII.carriageReturn || first == ASCII.lineFeed {
            removeFirst()
        }
        while let last, ASCII.isBlank(last) || last == ASCII.carriageReturn || last == ASCII.lineFeed { removeLast() }
    }
}
