/// A mailbox as given, known to follow the grammar of RFC 5321 and RFC 6531: `local-part@domain`, nothing around it.
package struct EmailAddress: Hashable, Sendable {
    /// The address as given, UTF-8.
    package let bytes: [UInt8]
    package let form: AddressForm

    /// Throws the first fault with its offset. Blanks around the address are faults: trim before.
    package init(_ bytes: [UInt8]) throws(EmailAddressError) {
        form = try AddressForm(bytes.span)
        self.bytes = bytes
    }

    package init(_ text: String) throws(EmailAddressError) {
        try self.init(Array(text.utf8))
    }

    package var localPart: ArraySlice<UInt8> { bytes[..<form.atOffset] }
    package var domain: ArraySlice<UInt8> { bytes[(form.atOffset + 1)...] }

    /// What duplicates and idempotency keys are judged by; see `AddressForm.appendNormalised`.
    package var normalised: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        form.appendNormalised(bytes.span, to: &output)
        return output
    }

    /// Whether a server must offer SMTPUTF8 (RFC 6531) to take this address: only the local part decides, because a
    /// domain can always be written with A-labels.
    package var needsSMTPUTF8: Bool { !form.localPartIsASCII }

    /// The domain in ASCII, A-labels where needed; otherwise as given.
    package var asciiDomain: ArraySlice<UInt8> { form.encodedDomain.isEmpty ? domain : form.encodedDomain[...] }

    /// The address for the wire: the local part as given, the domain in ASCII.
    package var asciiDomainForm: [UInt8] {
        form.encodedDomain.isEmpty ? bytes : bytes[...form.atOffset] + form.encodedDomain
    }
}

extension EmailAddress: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
