import CampaignMail
import CampaignSMTP

/// An address is refused with a place, or has a normal form that stays, and passes everything behind the list.
enum AddressProperty {
    private static let renderer = try? MessageRenderer(
        MessageSource(from: "a@example.com", subject: "s", text: "t"), columns: ["email"], date: 0,
        messageIDDomain: nil)

    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        let address: EmailAddress
        do throws(EmailAddressError) {
            address = try EmailAddress(input)
        } catch {
            try require((0...input.count).contains(error.offset), "a fault at \(error.offset) of \(input.count)")
            return
        }
        try require(input.count <= 254, "an address of \(input.count) bytes")
        try require(String(validating: input, as: UTF8.self) != nil, "an address that is not UTF-8")
        try require(!input.contains { $0 < 0x20 || $0 == 0x7F }, "a control character in an address")
        try require(address.asciiDomain.allSatisfy { $0 < 0x80 }, "a domain that is not ASCII")
        try checkNormalised(address)
        try checkWire(address)
    }

    private static func checkNormalised(_ address: EmailAddress) throws(BrokenProperty) {
        let normalised = address.normalised
        var isStable = true
        do throws(EmailAddressError) {
            let again = try EmailAddress(normalised).normalised
            isStable = again == normalised
        } catch  where [.localPartTooLong, .addressTooLong].contains(error.reason) {
            // Lower case may take more bytes than upper case (İ); the normal form is compared, never sent.
        } catch {
            throw BrokenProperty(description: "the normal form “\(shown(normalised))” is no address: \(error)")
        }
        try require(isStable, "the normal form “\(shown(normalised))” has another one")
        let wire = try always("the wire's form is no address") { try EmailAddress(address.asciiDomainForm) }
        try require(wire.normalised == normalised, "the wire's form has another normal form")
        try require(wire.asciiDomainForm == address.asciiDomainForm, "the wire's form changes")
    }

    private static func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// What the list accepts must be possible to send: to name in a command, and to render a message for.
    private static func checkWire(_ address: EmailAddress) throws(BrokenProperty) {
        let path = try always("SMTP refuses the address") {
            try EnvelopePath(String(decoding: address.asciiDomainForm, as: UTF8.self))
        }
        try require(path.needsSMTPUTF8 == address.needsSMTPUTF8, "SMTPUTF8 is needed in one opinion only")
        guard let renderer else { throw BrokenProperty(description: "the sample does not compile") }
        var message: [UInt8] = []
        try always("no message can be made for the address") {
            try renderer.render(Fields([address.bytes]), key: "key", into: &message)
        }
        try WellFormedMessage(message).check(mayBeUTF8: address.needsSMTPUTF8)
    }
}
