import CampaignMail
import Testing

@Suite("Mailbox")
struct MailboxTests {
    @Test(
        "reads display name and address",
        arguments: [
            ("shop@example.com", nil, "shop@example.com"),
            (" <shop@example.com> ", nil, "shop@example.com"),
            ("Shop <shop@example.com>", "Shop", "shop@example.com"),
            ("Shop<shop@example.com>", "Shop", "shop@example.com"),
            ("\"Shop, Inc.\" <shop@example.com>", "Shop, Inc.", "shop@example.com"),
            ("\"The \\\"Shop\\\" \\\\\" <shop@example.com>", "The \"Shop\" \\", "shop@example.com"),
            ("Käse & Co. <kaese@example.com>", "Käse & Co.", "kaese@example.com"),
            ("\"a < b\" <\"odd local\"@[192.0.2.1]>", "a < b", "\"odd local\"@[192.0.2.1]"),
            ("<\"a<b\"@example.com>", nil, "\"a<b\"@example.com"),
            ("\"a <b\" <\"<x@y.z>\"@example.com>", "a <b", "\"<x@y.z>\"@example.com"),
        ])
    func reads(text: String, name: String?, address: String) throws {
        let mailbox = try Mailbox(parsing: text)
        #expect(mailbox.displayName == name)
        #expect(mailbox.address == address)
    }

    @Test(
        "refuses what is not one mailbox",
        arguments: [
            ("", MailboxError.empty),
            ("Shop", .malformedAddress("Shop")),
            ("Shop <>", .malformedAddress("")),
            ("Shop <shop>", .malformedAddress("shop")),
            ("a@b.example, c@d.example", .malformedAddress("a@b.example, c@d.example")),
            ("<a@b.example>, <c@d.example>", .mustBeQuoted("<")),
            ("<a@b.example> <\"c<d\"@e.example>", .mustBeQuoted("<")),
            ("Shop, Inc. <shop@example.com>", .mustBeQuoted(",")),
            ("\"Shop <shop@example.com>", .unclosedQuote),
            ("\"Shop\" x <shop@example.com>", .mustBeQuoted("\"")),
            ("Shop <shöp@example.com>", .nonASCIIAddress("shöp@example.com")),
            ("Shop <shop@example..com>", .malformedAddress("shop@example..com")),
            (".shop@example.com", .malformedAddress(".shop@example.com")),
            ("shop.@example.com", .malformedAddress("shop.@example.com")),
            ("a..b@example.com", .malformedAddress("a..b@example.com")),
            ("Shop <shop@example.com\r\nBcc: x@y>", .malformedAddress("shop@example.com\r\nBcc: x@y")),
        ])
    func refuses(text: String, error: MailboxError) {
        #expect(throws: error) { try Mailbox(parsing: text) }
    }

    @Test("gives the address's domain, also after a quoted at sign")
    func domain() throws {
        #expect(try Mailbox(parsing: "\"a@b\"@example.com").domain == "example.com")
    }
}
