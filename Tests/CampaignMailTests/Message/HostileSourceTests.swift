import CampaignMail
import Testing

@Suite("Hostile sources")
struct HostileSourceTests {
    private static let pieces = [
        "{", "}", "{{", "}}", "{{{", "}}}", "#", "^", "/", "!", "&", ".", "email", "name", "{{name}}", "{{#name}}",
        "{{^name}}",
        "{{/name}}", "{{.}}", "uppercased(", "empty(", "reversed(", ")", "{{capitalized(name)}}", "{{#empty(name)}}",
        "{{/empty(name)}}", "\n", "\r\n", "\r", "\u{301}", "é", "🎉", " ", "\t", "\0", "\u{2028}", "<", ">", "\"", "\\",
        "@", ",",
        "shop@example.com", "<shop@example.com>", "=", "{{=<% %>=}}", "{{>x}}", "x",
    ]

    private func text(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 0...10, using: &random)).map { _ in random.pick(Self.pieces) }.joined()
    }

    @Test("are refused, or make messages that are well-formed", arguments: 0..<20)
    func compile(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var compiled = 0
        for _ in 0..<400 {
            let isCalm = Bool.random(using: &random)
            let source = MessageSource(
                from: isCalm ? "shop@example.com" : text(&random) + "<shop@example.com>",
                replyTo: isCalm ? nil : text(&random), subject: isCalm ? "Hi" : text(&random), text: text(&random),
                html: text(&random), extraHeaders: isCalm ? [] : [(name: text(&random), value: text(&random))])
            let renderer: MessageRenderer
            do {
                renderer = try MessageRenderer(
                    source, columns: ["email", "name", "{"], date: testDate, messageIDDomain: nil)
            } catch {
                #expect(error.line >= 1 && error.column >= 1 && !error.description.isEmpty)
                continue
            }
            compiled += 1
            let fields = TestFields(bytes: [Array("ann@example.org".utf8), InjectionTests.field(&random), [0x7B]])
            var output: [UInt8] = []
            try renderer.render(fields, key: testKey, into: &output)
            #expect(ReadMessage(output).faults == [], "\(source)")
        }
        #expect(compiled > 20)
    }
}
