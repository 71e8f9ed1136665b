import CampaignMail
import Testing

@Suite("Hostile fields")
struct InjectionTests {
    private static let hostile: [[UInt8]] =
        [
            "\r\nBcc: evil@example.com", "\nX: y", "\r\r\n\n", "\0", "=?utf-8?q?=0D=0ABcc:_x?=",
            "\" <evil@example.com>", "\\", "\"",
            "\r\n\r\nbody", "\u{85}", "\u{2028}", "\u{202E}", "ä", "🎉", "{{name}}", "<script>", "--=_\(testKey)",
            "\r\n.\r\n", " ", "\t",
            ",", ";", ":", "@", "(", ")", "?=", "=", "word", String(repeating: "x", count: 300),
            String(repeating: " ", count: 100),
        ].map { Array($0.utf8) } + [
            [0xFF], [0xC3], [0xE2, 0x80], [0xC2, 0x0D, 0x0A], [0xF0, 0x9F, 0x0A], [0x80], [0xED, 0xA0, 0x80],
        ]

    static func field(_ random: inout SeededRandom) -> [UInt8] {
        if Int.random(in: 0..<6, using: &random) == 0 {
            return (0..<Int.random(in: 0...120, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        return (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in random.pick(hostile) }
    }

    static let columns = ["email", "name", "city"]

    static func renderers() throws -> [MessageRenderer] {
        let body = "Dear {{name}},\n{{#city}}{{city}}{{/city}}\n"
        let slow = "{{lowercased(name)}}{{#city}}{{.}}{{/city}}"
        return try [(body, nil), (nil, body), (body, body), (slow, slow)].map { text, html in
            let source = MessageSource(
                from: "{{name}} of {{city}} <shop@example.com>", replyTo: "\"{{{city}}}\" <help@example.com>",
                subject: "{{name}}, {{city}}", text: text, html: html,
                extraHeaders: [(name: "X-Name", value: "{{name}}")])
            return try MessageRenderer(source, columns: columns, date: testDate, messageIDDomain: nil)
        }
    }

    private static let names = [
        "Date", "From", "To", "Reply-To", "Subject", "Message-ID", "X-Name", "MIME-Version", "Content-Type",
    ]

    @Test("add no header field, no bare CR or LF, no long line, no 8-bit octet", arguments: 0..<20)
    func structure(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let renderers = try Self.renderers()
        var scratch = RenderScratch()
        var output: [UInt8] = []
        for round in 0..<100 {
            let renderer = renderers[round % renderers.count]
            let fields = TestFields(bytes: [Array("ann@example.org".utf8), Self.field(&random), Self.field(&random)])
            output.removeAll(keepingCapacity: true)
            try renderer.render(fields, key: testKey, scratch: &scratch, into: &output)
            let message = ReadMessage(output)
            #expect(message.faults == [], "\(fields)")
            let isMultipart = message.value("Content-Type")?.hasPrefix("multipart") == true
            #expect(
                message.fields.map(\.name) == Self.names + (isMultipart ? [] : ["Content-Transfer-Encoding"]),
                "\(fields)")
            #expect(message.value("To") == "ann@example.org")
            #expect(message.value("From")?.hasSuffix("<shop@example.com>") == true)
            if isMultipart {
                let body = String(decoding: message.body, as: UTF8.self)
                #expect(
                    "\r\n\(body)".split(separator: "\r\n--=_\(testKey)", omittingEmptySubsequences: false).count == 4)
            }
            var again: [UInt8] = []
            try renderer.render(fields, key: testKey, into: &again)
            #expect(again == output)
        }
    }

    @Test("an address from any octets is either refused or one line of the header", arguments: 0..<10)
    func addresses(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let renderer = try MessageRenderer(
            MessageSource(from: "shop@example.com", subject: "Hi", text: "x"), columns: ["email"], date: testDate,
            messageIDDomain: nil)
        let pieces: [[UInt8]] = Self.hostile + ["a", "b.example", "@", "@", "\"", "."].map { Array($0.utf8) }
        for _ in 0..<300 {
            let address = (0..<Int.random(in: 1...4, using: &random)).flatMap { _ in random.pick(pieces) }
            var output: [UInt8] = []
            do {
                try renderer.render(TestFields(bytes: [address]), key: testKey, into: &output)
            } catch {
                #expect(output.isEmpty)
                continue
            }
            let message = ReadMessage(output)
            #expect(message.faults.allSatisfy { $0.hasPrefix("8-bit") })
            #expect(message.value("To") == String(decoding: address, as: UTF8.self))
            #expect(
                message.fields.map(\.name) == [
                    "Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type",
                    "Content-Transfer-Encoding",
                ])
        }
    }
}
