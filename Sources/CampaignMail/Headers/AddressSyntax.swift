/// The least that an address must satisfy to stand in a header by itself.
///
/// It keeps an address from being read as anything but one address; whether it can be delivered to is decided where
/// recipients are read.
enum AddressSyntax {
    /// Local part, "@" and domain together, in octets (RFC 5321 §4.5.3.1).
    static let lengthMax = 320

    /// Whether `address` is `local@domain` with a local part of atoms and dots or a quoted string, and a domain of
    /// letters, digits, "-", "_" and dots or an address literal. Letters include well-formed non-ASCII (RFC 6532).
    static func isAddress(_ address: Span<UInt8>) -> Bool {
        guard address.count <= lengthMax, let at = localEnd(address), at > 0, at + 1 < address.count,
            address[at] == UInt8(ascii: "@")
        else { return false }
        let domain = address.extracting(at + 1..<address.count)
        guard isLiteral(domain) || isDomain(domain) else { return false }
        for index in address.indices where address[index] >= 0x80 {
            return UTF8Repair.isValid(address) && !HeaderText.holdsControl(address)
        }
        return true
    }

    static func isASCII(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] >= 0x80 {
            return false
        }
        return true
    }

    /// A domain name of letters, digits, "-", "_" and non-ASCII, in non-empty labels.
    static func isDomain(_ domain: Span<UInt8>) -> Bool {
        var labelLength = 0
        for index in domain.indices {
            let byte = domain[index]
            if byte == UInt8(ascii: ".") {
                guard labelLength > 0 else { return false }
                labelLength = 0
            } else if ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || byte >= 0x80
            {
                labelLength += 1
            } else {
                return false
            }
        }
        return labelLength > 0
    }

    /// An address literal, `[192.0.2.1]`.
    private static func isLiteral(_ domain: Span<UInt8>) -> Bool {
        guard domain.count > 2, domain[0] == UInt8(ascii: "["), domain[domain.count - 1] == UInt8(ascii: "]") else {
            return false
        }
        for index in 1..<domain.count - 1 {
            let byte = domain[index]
            guard
                ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":")
                    || byte == UInt8(ascii: "-")
            else { return false }
        }
        return true
    }

    /// Index after the local part, or nil where it is malformed.
    private static func localEnd(_ address: Span<UInt8>) -> Int? {
        guard address.count > 0 else { return nil }
        guard address[0] == UInt8(ascii: "\"") else {
            for index in address.indices {
                let byte = address[index]
                if byte == UInt8(ascii: "@") { return index }
                guard byte >= 0x80 || byte == UInt8(ascii: ".") || ASCII.isAtext(byte) else { return nil }
            }
            return nil
        }
        var index = 1
        while index < address.count {
            switch address[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"):
                index += 1
                guard index < address.count, ASCII.isPrintable(address[index]) else { return nil }
            case let byte where ASCII.isPrintable(byte) || byte >= 0x80: break
            default: return nil
            }
            index += 1
        }
        return nil
    }
}
