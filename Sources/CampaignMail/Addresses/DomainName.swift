import Foundation

/// `Domain = sub-domain *("." sub-domain)` (RFC 5321 section 4.1.2), with U-labels (RFC 6531 section 3.3).
enum DomainName {
    static let labelBytesMax = 63

    /// Checks the domain that runs from `start` to the end of `bytes`.
    /// Returns its form with A-labels where it holds other characters than ASCII, else nothing.
    static func check(_ bytes: Span<UInt8>, from start: Int) throws(EmailAddressError) -> [UInt8] {
        var offset = start
        var labelStart = start
        while offset < bytes.count {
            let byte = bytes[offset]
            if AddressCharacter.isLetterOrDigit(byte) || byte == UInt8(ascii: "-") {
                offset += 1
            } else if byte == UInt8(ascii: ".") {
                try checkLabel(bytes, labelStart..<offset)
                offset += 1
                labelStart = offset
            } else if byte >= 0x80 {
                return try encoded(bytes, from: start)
            } else {
                throw fault(byte, at: offset)
            }
        }
        try checkLabel(bytes, labelStart..<offset)
        return []
    }

    private static func checkLabel(_ bytes: Span<UInt8>, _ label: Range<Int>) throws(EmailAddressError) {
        guard !label.isEmpty else { throw EmailAddressError(.emptyLabel, at: label.lowerBound) }
        guard label.count <= labelBytesMax else { throw EmailAddressError(.labelTooLong, at: label.lowerBound) }
        guard bytes[label.lowerBound] != UInt8(ascii: "-") else {
            throw EmailAddressError(.labelHyphen, at: label.lowerBound)
        }
        guard bytes[label.upperBound - 1] != UInt8(ascii: "-") else {
            throw EmailAddressError(.labelHyphen, at: label.upperBound - 1)
        }
    }

    /// The A-label form by the mapping of UTS 46, which Foundation's URL host encoding applies. A host that has no
    /// such form comes back percent-encoded, which the ASCII grammar then refuses.
    private static func encoded(_ bytes: Span<UInt8>, from start: Int) throws(EmailAddressError) -> [UInt8] {
        var given: [UInt8] = []
        var offset = start
        while offset < bytes.count {
            let byte = bytes[offset]
            var length = 1
            if byte == UInt8(ascii: "."), offset == start || bytes[offset - 1] == byte || offset == bytes.count - 1 {
                throw EmailAddressError(.emptyLabel, at: offset)
            } else if byte >= 0x80 {
                length = try AddressForm.visibleScalarBytes(bytes, at: offset)
            } else if !AddressCharacter.isLetterOrDigit(byte), byte != UInt8(ascii: "-"), byte != UInt8(ascii: ".") {
                throw fault(byte, at: offset)
            }
            for index in offset..<offset + length { given.append(bytes[index]) }
            offset += length
        }
        // A longer domain has no ASCII form within the limit; so hostile input stays cheap.
        guard given.count <= 4 * AddressForm.domainBytesMax else {
            throw EmailAddressError(.domainTooLong, at: start)
        }
        var components = URLComponents()
        components.scheme = "http"
        components.host = String(decoding: given, as: UTF8.self)
        guard let host = components.encodedHost, !host.isEmpty else {
            throw EmailAddressError(.noASCIIForm, at: start)
        }
        let ascii = host.utf8.map(AddressCharacter.lowercased)
        do throws(EmailAddressError) {
            guard try check(ascii.span, from: 0).isEmpty else { throw EmailAddressError(.noASCIIForm, at: 0) }
        } catch {
            if case .domainCharacter = error.reason { throw EmailAddressError(.noASCIIForm, at: start) }
            throw EmailAddressError(error.reason, at: start)
        }
        return ascii
    }

    private static func fault(_ byte: UInt8, at offset: Int) -> EmailAddressError {
        let other: EmailAddressError.Reason = byte == UInt8(ascii: "@") ? .secondAt : .domainCharacter(byte)
        return EmailAddressError(AddressForm.reason(for: byte, else: other), at: offset)
    }
}
