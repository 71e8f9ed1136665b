import CampaignMail
import Testing

@Suite("Messages")
struct MessageRendererTests {
    private func renderer(_ source: MessageSource, columns: [String] = ["email", "name"]) throws -> MessageRenderer {
        try MessageRenderer(source, columns: columns, date: testDate, messageIDDomain: nil)
    }

    private let headerStart = """
        Date: Sat, 21 Nov 2026 01:00:00 +0000
        From: Shop <shop@example.com>
        To: ann@example.org

        """

    private let identity = """
        Message-ID: <abcdefghijklmnopqrstuv2345@example.com>
        MIME-Version: 1.0

        """

    @Test("text only")
    func text() throws {
        let source = MessageSource(
            from: "Shop <shop@example.com>", replyTo: "help@example.com", subject: "Hi {{name}}",
            text: "Dear {{name}},\n<b>\n.\nbye")
        let expected =
            headerStart + "Reply-To: help@example.com\nSubject: Hi Ann\n" + identity + """
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit

                Dear Ann,
                <b>
                .
                bye

                """
        #expect(try renderer(source).text(["ann@example.org", "Ann"]) == expected.crlf)
    }

    @Test("HTML only, with non-ASCII content")
    func html() throws {
        let source = MessageSource(
            from: "Shop <shop@example.com>", subject: "Grüße", html: "<p>{{name}} {{{name}}}</p>\n")
        let expected =
            headerStart + "Subject: =?utf-8?b?R3LDvMOfZQ==?=\n" + identity + """
                Content-Type: text/html; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                <p>&lt;=C3=84nn&gt; <=C3=84nn></p>

                """
        #expect(try renderer(source).text(["ann@example.org", "<Änn>"]) == expected.crlf)
    }

    @Test("text and HTML are alternatives, each with its own encoding")
    func both() throws {
        let source = MessageSource(
            from: "Shop <shop@example.com>", subject: "Hi", text: "Hi {{name}}", html: "<p>Ü {{name}}</p>\n",
            extraHeaders: [(name: "X-Campaign", value: "spring {{name}}")])
        let expected =
            headerStart + "Subject: Hi\nMessage-ID: <abcdefghijklmnopqrstuv2345@example.com>\nX-Campaign: spring Ann\n"
                + """
                MIME-Version: 1.0
                Content-Type: multipart/alternative; boundary="=_abcdefghijklmnopqrstuv2345"

                --=_abcdefghijklmnopqrstuv2345
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit

                Hi Ann
                --=_abcdefghijklmnopqrstuv2345
                Content-Type: text/html; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                <p>=C3=9C Ann</p>

                --=_abcdefghijklmnopqrstuv2345--

                """
        #expect(try renderer(source).text(["ann@example.org", "Ann"]) == expected.crlf)
    }

    @Test(
        "the body's encoding follows the content",
        arguments: [
            ("Ann", "7bit"), ("Änn", "quoted-printable"), ("A\0nn", "quoted-printable"), ("A\r\nB\nC\rD", "7bit"),
            (String(repeating: "x", count: 998), "7bit"), (String(repeating: "x", count: 999), "quoted-printable"),
            ("", "7bit"),
        ])
    func encoding(name: String, expected: String) throws {
        for template in ["{{name}}", "a\n{{name}}\nb", "{{lowercased(name)}}"] {
            let source = MessageSource(from: "shop@example.com", subject: "Hi", text: template)
            let message = ReadMessage(Array(try renderer(source).text(["ann@example.org", name]).utf8))
            #expect(message.faults.isEmpty)
            #expect(message.value("Content-Transfer-Encoding") == expected)
        }
    }

    @Test("lines are measured over literals and fields together")
    func longLines() throws {
        func run(_ count: Int) -> String { String(repeating: "x", count: count) }
        let templates = [
            run(499) + "{{name}}" + run(499), "{{name}}" + run(998) + "\n", "\n" + run(998) + "{{name}}",
            "{{name}}" + run(400) + "{{name}}" + run(598) + "\ny",
            "a\n" + run(500) + "{{name}}" + run(498) + "\n" + run(900),
            "{{#name}}{{name}}{{/name}}" + run(998), "{{name}}{{name}}{{name}}" + run(400) + "{{name}}" + run(597),
        ]
        for template in templates {
            let source = MessageSource(from: "shop@example.com", subject: "Hi", text: template)
            for (name, encoding) in [("", "7bit"), ("y", "quoted-printable"), (run(600), "quoted-printable")] {
                let message = ReadMessage(Array(try renderer(source).text(["ann@example.org", name]).utf8))
                #expect(message.faults.isEmpty)
                #expect(message.value("Content-Transfer-Encoding") == encoding, "\(template)")
            }
        }
    }

    @Test("ill-formed UTF-8 in a field becomes U+FFFD in headers and bodies, escaped or not")
    func illFormed() throws {
        let source = MessageSource(from: "shop@example.com", subject: "{{name}}", html: "{{name}} {{{name}}}")
        var output: [UInt8] = []
        let fields = TestFields(bytes: [Array("ann@example.org".utf8), [0x3C, 0xFF, 0xC3]])
        try renderer(source).render(fields, key: testKey, into: &output)
        let text = String(decoding: output, as: UTF8.self)
        #expect(text.contains("Subject: =?utf-8?b?PO+/ve+/vQ==?=\r\n"))
        #expect(text.hasSuffix("\r\n\r\n&lt;=EF=BF=BD=EF=BF=BD <=EF=BF=BD=EF=BF=BD\r\n"))
    }

    @Test("a part that holds the boundary is encoded")
    func boundary() throws {
        let source = MessageSource(from: "shop@example.com", subject: "Hi", text: "{{name}}", html: "x")
        let text = try renderer(source).text(["ann@example.org", "a\n--=_\(testKey)--\nb"])
        #expect(text.contains("\r\n--=3D_\(testKey)--\r\n"))
        #expect(text.split(separator: "\r\n--=_\(testKey)").count == 4)
    }

    @Test("the same recipient gives the same octets, whatever was rendered before")
    func idempotent() throws {
        let source = MessageSource(
            from: "\"{{name}}'s shop\" <shop@example.com>", subject: "{{name}}", text: "{{name}}", html: "{{name}}")
        let renderer = try renderer(source)
        var scratch = RenderScratch()
        var output: [UInt8] = []
        func render(_ name: String) throws -> [UInt8] {
            output.removeAll(keepingCapacity: true)
            try renderer.render(TestFields(["ann@example.org", name]), key: testKey, scratch: &scratch, into: &output)
            return output
        }
        let first = try render("Ünn")
        _ = try render(String(repeating: "long ", count: 1_000) + "\0")
        #expect(try render("Ünn") == first)
        var fresh: [UInt8] = []
        try renderer.render(TestFields(["ann@example.org", "Ünn"]), key: testKey, into: &fresh)
        #expect(fresh == first)
    }

    @Test("a message is appended, and on an error nothing is")
    func appends() throws {
        let renderer = try renderer(MessageSource(from: "shop@example.com", subject: "Hi", text: "x"))
        var output = Array("before".utf8)
        try renderer.render(TestFields(["ann@example.org", ""]), key: testKey, into: &output)
        #expect(output.starts(with: Array("beforeDate: ".utf8)))
        output = [1]
        #expect(throws: RenderError.invalidAddress) {
            try renderer.render(TestFields(["ann@example.org\r\nBcc: x@example.com", ""]), key: testKey, into: &output)
        }
        for key in ["", "a b", "a\r\nb", "ä", String(repeating: "a", count: 65)] {
            #expect(throws: RenderError.invalidKey) {
                try renderer.render(TestFields(["ann@example.org", ""]), key: key, into: &output)
            }
        }
        #expect(output == [1])
    }

    @Test("a domain of its own for the Message-ID; variables in order of use; an address in its own script")
    func options() throws {
        let source = MessageSource(from: "{{name}} <shop@example.com>", subject: "{{city}}", text: "{{name}} {{email}}")
        let renderer = try MessageRenderer(
            source, columns: ["email", "city", "name", "rest"], date: testDate, messageIDDomain: "mail.example.net")
        #expect(renderer.variables == ["name", "city", "email"])
        let text = try renderer.text(["änn@bücher.example", "Oslo", "Ann", ""])
        #expect(text.contains("Message-ID: <\(testKey)@mail.example.net>\r\n"))
        #expect(text.contains("From: Ann <shop@example.com>\r\nTo: änn@xn--bcher-kva.example\r\n"))
        #expect(text.contains("Ann =C3=A4nn@b=C3=BCcher.example"))
    }
}
