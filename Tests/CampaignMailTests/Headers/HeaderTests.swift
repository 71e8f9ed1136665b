import Testing

@testable import CampaignMail

@Suite("Header fields")
struct HeaderTests {
    private func subject(_ text: String) -> String {
        var bytes = Array(text.utf8)
        var output: [UInt8] = []
        UnstructuredHeader.append(name: Array("Subject: ".utf8), text: &bytes, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private func from(_ displayName: String, address: String = "shop@example.com") -> String {
        var bytes = Array(displayName.utf8)
        var output: [UInt8] = []
        MailboxHeader.append(
            name: Array("From: ".utf8), displayName: &bytes, address: Array(address.utf8), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private func isAddress(_ address: [UInt8]) -> Bool {
        AddressSyntax.isAddress(address.span)
    }

    @Test("ASCII text stands as it is")
    func plain() {
        #expect(subject("Hello, world") == "Subject: Hello, world\r\n")
        #expect(subject("") == "Subject: \r\n")
    }

    @Test("long ASCII text is folded at blanks, which are kept")
    func folded() {
        let text = "one two three four five six seven eight nine ten eleven twelve thirteen  fourteen fifteen"
        #expect(
            subject(text)
                == "Subject: one two three four five six seven eight nine ten eleven twelve\r\n"
                + " thirteen  fourteen fifteen\r\n")
    }

    @Test("a stretch that cannot be folded is encoded")
    func stretch() {
        let lines = subject(String(repeating: "x", count: 2_000)).split(separator: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.contains("=?utf-8?q?") })
    }

    @Test("the shorter of the encodings Q and B is taken")
    func encodings() {
        #expect(subject("Best wishes from Köln") == "Subject: =?utf-8?q?Best_wishes_from_K=C3=B6ln?=\r\n")
        #expect(subject("Grüße aus Köln") == "Subject: =?utf-8?b?R3LDvMOfZSBhdXMgS8O2bG4=?=\r\n")
        #expect(subject("日本語") == "Subject: =?utf-8?b?5pel5pys6Kqe?=\r\n")
    }

    @Test("text that looks like an encoded word is encoded")
    func lookalike() {
        #expect(subject("=?utf-8?q?x?=") == "Subject: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?=\r\n")
    }

    @Test("encoded words hold whole characters and fit the lines, in both encodings")
    func characters() {
        for pattern in ["ß", "日", "🎉", "aß", "ab日", "abcdefghß", "abcdefghijklmn🎉", "ß🎉日"] {
            for before in 0..<6 {
                let text = String(repeating: "x", count: before) + String(repeating: pattern, count: 60)
                let lines = subject(text).split(separator: "\r\n")
                #expect(lines.count > 1)
                for line in lines {
                    #expect(line.utf8.count <= 76)
                    let words = line.split(separator: " ").filter { $0.hasPrefix("=?") }
                    #expect(words.count == 1 && words[0].utf8.count <= 75 && words[0].hasSuffix("?="))
                }
            }
        }
    }

    @Test(
        "line ends and controls become single blanks",
        arguments: [
            ("a\r\nBcc: x@example.com", "a Bcc: x@example.com"), ("a\rb\nc", "a b c"),
            ("a\0b\u{7F}c\u{1B}d", "a b c d"),
            ("\r\n a \r\n", "a"), ("\u{0}", ""), ("a\tb", "a b"), ("a\u{85}b\u{2028}c\u{2029}d", "a b c d"),
        ])
    func controls(text: String, expected: String) {
        #expect(subject(text) == "Subject: \(expected)\r\n")
    }

    @Test("display names are atoms, quoted or encoded")
    func displayNames() {
        #expect(from("") == "From: shop@example.com\r\n")
        #expect(from("The Shop") == "From: The Shop <shop@example.com>\r\n")
        #expect(from("Shop, Inc.") == "From: \"Shop, Inc.\" <shop@example.com>\r\n")
        #expect(from("a \"b\" \\c") == "From: \"a \\\"b\\\" \\\\c\" <shop@example.com>\r\n")
        #expect(from("Käse") == "From: =?utf-8?b?S8Okc2U=?= <shop@example.com>\r\n")
        #expect(
            from("x\" <evil@example.com>\r\nBcc: y")
                == "From: \"x\\\" <evil@example.com> Bcc: y\" <shop@example.com>\r\n")
    }

    @Test("a long display name is encoded and the address goes to a line of its own")
    func longDisplayName() {
        let field = from(String(repeating: "x", count: 61))
        #expect(
            field == "From: =?utf-8?q?" + String(repeating: "x", count: 58)
                + "?=\r\n =?utf-8?q?xxx?= <shop@example.com>\r\n")
        let folded = from(String(repeating: "y", count: 52))
        #expect(folded == "From: " + String(repeating: "y", count: 52) + "\r\n <shop@example.com>\r\n")
    }

    @Test(
        "addresses that could be read as something else are refused",
        arguments: [
            "", "a", "@", "a@", "@b", "a@b@c", "a@b, c@d", "a@b\r\nBcc: c@d", "a b@c", "<a@b>", "a@b>", "a@b ",
            "a(x)@b",
            "a@b..c", "a@.b", "a@b.", "\"a@b", "\"a\"b@c", "\"a\r\n\"@b", "a\u{0}@b", "a\u{85}@b", "ä\u{2028}@b",
            "a@[1\r2]",
            "a@b;c", "a:b@c", "a@" + String(repeating: "b", count: 320),
        ])
    func badAddresses(address: String) {
        #expect(!isAddress(Array(address.utf8)))
    }

    @Test(
        "addresses",
        arguments: [
            "a@b", "a.b+c@example.com", "\"a b\\\"@\"@example.com", "ä@bücher.example", "x@[192.0.2.1]",
            "x@[IPv6:::1]",
        ])
    func addresses(address: String) {
        #expect(isAddress(Array(address.utf8)))
    }

    @Test("an address of ill-formed UTF-8 is refused")
    func illFormedAddress() {
        #expect(!isAddress([0x61, 0xC3, 0x40, 0x62]))
    }
}
