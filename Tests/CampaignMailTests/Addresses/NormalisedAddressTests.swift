import CampaignMail
import Testing

@Suite("Which spellings are one mailbox")
struct NormalisedAddressTests {
    static let forms: [(String, String)] = [
        ("Ann.Lee@Example.COM", "ann.lee@example.com"),
        ("\"Ann.Lee\"@example.com", "ann.lee@example.com"),
        ("\"a\\n\\n\"@example.com", "ann@example.com"),
        ("\"Ann Lee\"@example.com", "\"ann lee\"@example.com"),
        ("\"a\\ b\"@example.com", "\"a b\"@example.com"),
        ("\"a\\\"b\\\\c\"@example.com", "\"a\\\"b\\\\c\"@example.com"),
        ("\"a..b\"@example.com", "\"a..b\"@example.com"), ("\"\"@example.com", "\"\"@example.com"),
        ("\"a@b\"@example.com", "\"a@b\"@example.com"),
        ("A@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"), ("a@XN--BCHER-KVA.Example", "a@xn--bcher-kva.example"),
        ("a@bu\u{308}cher.example", "a@xn--bcher-kva.example"), ("a@例え。example", "a@xn--r8jz45g.example"),
        ("JÜRGEN@example.com", "jürgen@example.com"), ("ju\u{308}rgen@example.com", "jürgen@example.com"),
        ("ΣΊΣΥΦΟΣ@example.com", "σίσυφοσ@example.com"),
        ("σίσυφος@example.com", "σίσυφοσ@example.com"), ("\"ÉT É\"@example.com", "\"ét é\"@example.com"),
        ("\"É\"@example.com", "é@example.com"), ("\u{212A}@example.com", "k@example.com"),
        ("İ@example.com", "i\u{307}@example.com"),
    ]

    @Test("normalises", arguments: forms)
    func form(_ given: String, _ expected: String) throws {
        // Bytes, not strings: String equality would hide a missing composition.
        #expect(try EmailAddress(given).normalised == Array(expected.utf8))
    }

    @Test(
        "keeps different mailboxes apart",
        arguments: [
            ("a.b@example.com", "ab@example.com"), ("a+b@example.com", "a@example.com"),
            ("a@example.com", "a@example.org"), ("straße@example.com", "strasse@example.com"),
            ("a@straße.example", "a@strasse.example"), ("\"a b\"@example.com", "ab@example.com"),
        ])
    func distinct(_ one: String, _ other: String) throws {
        #expect(try EmailAddress(one).normalised != EmailAddress(other).normalised)
    }

    @Test("ASCII lower-casing touches the letters A to Z alone")
    func letters() throws {
        let given = "!#$%&'*+-/=?^_`{|}~09@x.example"
        #expect(try EmailAddress(given).normalised == Array(given.utf8))
    }
}
