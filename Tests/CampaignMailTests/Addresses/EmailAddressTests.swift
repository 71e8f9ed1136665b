import CampaignMail
import Testing

private func bytes(_ count: Int, of character: Character = "a") -> String { String(repeating: character, count: count) }

@Suite("The grammar of addresses")
struct EmailAddressTests {
    static let valid: [String] = [
        // RFC 5321, RFC 5322 and RFC 3696 examples
        "Smith@bar.com", "jdoe@one.test", "john.q.public@example.com", "JQP@bar.com", "userc@d.bar.org",
        "abc\\@def@example.com".replacing("abc\\@def", with: "\"abc\\@def\""), "\"abc@def\"@example.com",
        "\"Fred Bloggs\"@example.com", "\"Joe.\\\\Blow\"@example.com", "customer/department=shipping@example.com",
        "$A12345@example.com", "!def!xyz%abc@example.com", "_somename@example.com", "user+mailbox@example.com",
        // every special character of an atom
        "!#$%&'*+-/=?^_`{|}~@example.com", "a.b.c.d@example.com", "-@example.com", "1@example.com",
        // quoted local parts
        "\"\"@example.com", "\" \"@example.com", "\".\"@example.com", "\"a..b\"@example.com", "\"\\\"\"@example.com",
        "\"<>()[]:;@,.\"@example.com",
        // domains
        "a@localhost", "a@b", "a@1.2.3.4", "a@x--y.example", "a@xn--bcher-kva.example", "a@3com.example",
        "a@\(bytes(63)).example",
        // address literals
        "a@[192.0.2.1]", "a@[0.0.0.0]", "a@[255.255.255.255]", "a@[IPv6:2001:db8:0:0:0:0:0:1]", "a@[IPv6:::]",
        "a@[ipv6:2001:DB8::1]", "a@[IPv6:::ffff:192.0.2.1]", "a@[IPv6:1:2:3:4:5:6:192.0.2.1]", "a@[IPv6:1::]",
        // RFC 6531
        "用户@例子.example", "Dörte@Sörensen.example.com", "квіточка@пошта.example", "χρήστης@παράδειγμα.example",
        "अजय@उदाहरण.example", "我買@屋企.香港", "a@bücher.example", "é@example.com", "\"é à\"@example.com",
        "संपर्क\u{200D}@example.com", "🦊@example.com", "a@例え。example",
        // lengths: 64 before the @, 254 in all
        "\(bytes(64))@example.com",
        "\(bytes(64))@\(bytes(63)).\(bytes(63)).\(bytes(61))",
    ]

    @Test("takes every address that the RFCs allow", arguments: valid)
    func validAddress(_ text: String) throws {
        let address = try EmailAddress(text)
        #expect(address.description == text)
        #expect(Array(address.localPart) + [UInt8(ascii: "@")] + Array(address.domain) == Array(text.utf8))
        // What is written to the wire and what keys are made of are addresses again, and stay what they are.
        #expect(try EmailAddress(address.asciiDomainForm).normalised == address.normalised)
        #expect(try EmailAddress(address.normalised).normalised == address.normalised)
        #expect(address.asciiDomain.allSatisfy { $0 < 0x80 })
    }

    typealias Reason = EmailAddressError.Reason
    static let invalid: [(String, Reason, Int)] = [
        ("", .empty, 0), ("plain", .missingAt, 5), ("a.b", .missingAt, 3), ("\"a\"", .missingAt, 3),
        ("@example.com", .emptyLocalPart, 0), ("a@", .emptyDomain, 2), ("@", .emptyLocalPart, 0),
        (".a@example.com", .dotPlacement, 0), ("a.@example.com", .dotPlacement, 1),
        ("a..b@example.com", .dotPlacement, 2), (".@example.com", .dotPlacement, 0),
        (" a@example.com", .space, 0), ("a @example.com", .space, 1), ("a@ example.com", .space, 2),
        ("a@example.com ", .space, 13), ("a@exa mple.com", .space, 5),
        ("a\r\nBcc: b@example.com", .control(13), 1), ("a\nb@example.com", .control(10), 1),
        ("a\0b@example.com", .control(0), 1), ("a\tb@example.com", .control(9), 1),
        ("a\u{7F}@example.com", .control(127), 1), ("a@example.com\r\n", .control(13), 13),
        ("a@exam\0ple.com", .control(0), 6), ("\"a\nb\"@example.com", .control(10), 2),
        ("\"a\0\"@example.com", .control(0), 2), ("\"\u{7F}\"@example.com", .control(127), 1),
        ("a<b@example.com", .localPartCharacter(60), 1), ("a,b@example.com", .localPartCharacter(44), 1),
        ("a;b@example.com", .localPartCharacter(59), 1), ("a:b@example.com", .localPartCharacter(58), 1),
        ("a(b)@example.com", .localPartCharacter(40), 1), ("a)b@example.com", .localPartCharacter(41), 1),
        ("a[b@example.com", .localPartCharacter(91), 1), ("a]b@example.com", .localPartCharacter(93), 1),
        ("a\\b@example.com", .localPartCharacter(92), 1), ("a\"b@example.com", .localPartCharacter(34), 1),
        ("a>b@example.com", .localPartCharacter(62), 1), ("<a@example.com>", .localPartCharacter(60), 0),
        ("\"a@example.com", .unterminatedQuote, 0), ("\"", .unterminatedQuote, 0), ("\"\\\"@x", .unterminatedQuote, 0),
        ("\"a\"b@example.com", .textAfterQuote, 3), ("\"a\".b@example.com", .textAfterQuote, 3),
        ("\"a\\\u{1}\"@example.com", .escape, 2), ("\"a\\é\"@example.com", .escape, 2), ("\"\\", .escape, 1),
        ("a@b@example.com", .secondAt, 3), ("a@@example.com", .secondAt, 2), ("a@x.com@", .secondAt, 7),
        ("a@.example.com", .emptyLabel, 2), ("a@example..com", .emptyLabel, 10), ("a@example.com.", .emptyLabel, 14),
        ("a@.", .emptyLabel, 2), ("a@-x.com", .labelHyphen, 2), ("a@x-.com", .labelHyphen, 3),
        ("a@x.com-", .labelHyphen, 7), ("a@-", .labelHyphen, 2), ("a@x_y.com", .domainCharacter(95), 3),
        ("a@x.com>", .domainCharacter(62), 7), ("a@x!y.com", .domainCharacter(33), 3),
        ("a@x/y", .domainCharacter(47), 3), ("a@x:25", .domainCharacter(58), 3), ("a@x,b@y", .domainCharacter(44), 3),
        ("a@x%41.com", .domainCharacter(37), 3), ("a@\"x\".com", .domainCharacter(34), 2),
        ("\(bytes(65))@example.com", .localPartTooLong, 0), ("\"\(bytes(63))\"@example.com", .localPartTooLong, 0),
        ("\(bytes(33, of: "é"))@example.com", .localPartTooLong, 0),
        ("a@\(bytes(64)).com", .labelTooLong, 2), ("a@x.\(bytes(64))", .labelTooLong, 4),
        ("a@" + Array(repeating: bytes(63), count: 4).joined(separator: ".") + ".x", .domainTooLong, 2),
        ("\(bytes(64))@\(bytes(63)).\(bytes(63)).\(bytes(62))", .addressTooLong, 0),
        ("a@[192.0.2.1", .unterminatedLiteral, 12), ("a@[", .unterminatedLiteral, 3),
        ("a@[192.0.2.1]x", .unterminatedLiteral, 14), ("a@[]", .unknownLiteral, 3), ("a@[x]", .unknownLiteral, 3),
        ("a@[192.0.2]", .ipv4Literal, 3), ("a@[192.0.2.256]", .ipv4Literal, 3), ("a@[1.2.3.4.5]", .ipv4Literal, 3),
        ("a@[1..2.3]", .ipv4Literal, 3), ("a@[1.2.3.]", .ipv4Literal, 3), ("a@[0001.2.3.4]", .ipv4Literal, 3),
        ("a@[IPv6:]", .ipv6Literal, 8), ("a@[IPv6:1:2:3:4:5:6:7]", .ipv6Literal, 8),
        ("a@[IPv6:1:2:3:4:5:6:7:8:9]", .ipv6Literal, 8), ("a@[IPv6:1::2::3]", .ipv6Literal, 8),
        ("a@[IPv6::::]", .ipv6Literal, 8), ("a@[IPv6:1:2:3:4:5:6:7::]", .ipv6Literal, 8),
        ("a@[IPv6:12345::]", .ipv6Literal, 8), ("a@[IPv6:g::]", .ipv6Literal, 8), ("a@[IPv6:1:]", .ipv6Literal, 8),
        ("a@[IPv6::1]", .ipv6Literal, 8), ("a@[IPv6:1::1.2.3]", .ipv6Literal, 8),
        ("a@[IPv6:1.2.3.4::]", .ipv6Literal, 8), ("a@[Tag:x]", .unknownLiteral, 3),
        ("a@[2001:db8::1]", .ipv4Literal, 3),
        ("a\u{A0}@example.com", .invisible(0xA0), 1), ("a\u{85}@example.com", .invisible(0x85), 1),
        ("a\u{202E}@example.com", .invisible(0x202E), 1), ("\u{FEFF}a@example.com", .invisible(0xFEFF), 0),
        ("\"\u{3000}\"@example.com", .invisible(0x3000), 1), ("a@b\u{200B}.example", .invisible(0x200B), 3),
        ("a@b\u{2028}.example", .invisible(0x2028), 3), ("a\u{FFFF}@example.com", .invisible(0xFFFF), 1),
        ("a@é_x.example", .domainCharacter(95), 4), ("a@é@x.example", .secondAt, 4), ("a@é x", .space, 4),
        ("a@é\nx", .control(10), 4), ("a@é..example", .emptyLabel, 5), ("a@é.", .emptyLabel, 4),
        ("a@é/x", .domainCharacter(47), 4),
        ("a@-é.example", .noASCIIForm, 2), ("a@\u{378}.example", .noASCIIForm, 2),
        ("a@1א.example", .noASCIIForm, 2), ("a@[é]", .unknownLiteral, 3),
        ("a@\(bytes(70, of: "ü")).example", .noASCIIForm, 2), ("a@\(bytes(600, of: "ü"))", .domainTooLong, 2),
    ]

    @Test("refuses everything else, with reason and offset", arguments: invalid)
    func invalidAddress(_ text: String, _ reason: Reason, _ offset: Int) {
        #expect(throws: EmailAddressError(reason, at: offset)) { try EmailAddress(text) }
        #expect(!reason.description.isEmpty && !reason.description.hasSuffix("."))
    }

    @Test(
        "refuses bytes that are not UTF-8",
        arguments: [
            ([0x61, 0xFF, 0x40, 0x62], 1), ([0x61, 0xC0, 0xAF, 0x40, 0x62], 1),
            ([0x61, 0xED, 0xA0, 0x80, 0x40, 0x62], 1),
            ([0x61, 0xF4, 0x90, 0x80, 0x80, 0x40], 1), ([0x61, 0xC3], 1), ([0x61, 0x40, 0x62, 0xC3], 3),
            ([0x61, 0x40, 0x80], 2), ([0x22, 0xC3, 0x22, 0x40, 0x62], 1),
        ] as [([UInt8], Int)])
    func notUTF8(_ bytes: [UInt8], _ offset: Int) {
        #expect(throws: EmailAddressError(.invalidUTF8, at: offset)) { try EmailAddress(bytes) }
    }

    @Test("every change of one byte in an address is an address or an error")
    func singleByteMutations() {
        for text in Self.valid {
            let original = Array(text.utf8)
            for index in original.indices {
                for byte in UInt8.min...UInt8.max {
                    var bytes = original
                    bytes[index] = byte
                    guard let address = try? EmailAddress(bytes) else { continue }
                    let safe = address.asciiDomainForm.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
                    if !safe { Issue.record("\(bytes) leads to a control character on the wire") }
                }
            }
        }
    }

    @Test("a non-ASCII domain is written with A-labels; only a non-ASCII local part needs SMTPUTF8")
    func wireForm() throws {
        let domain = try EmailAddress("Anna@BÜCHER.example")
        #expect(String(decoding: domain.asciiDomainForm, as: UTF8.self) == "Anna@xn--bcher-kva.example")
        #expect(!domain.needsSMTPUTF8)
        let local = try EmailAddress("Jürgen@例え.example")
        #expect(String(decoding: local.asciiDomainForm, as: UTF8.self) == "Jürgen@xn--r8jz45g.example")
        #expect(local.needsSMTPUTF8)
        #expect(try EmailAddress("a@Example.COM").asciiDomainForm == Array("a@Example.COM".utf8))
    }
}
