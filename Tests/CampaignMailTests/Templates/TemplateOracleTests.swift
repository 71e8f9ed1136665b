import Mustache
import Testing

@testable import CampaignMail

@Suite("Templates against swift-mustache")
struct TemplateOracleTests {
    private static let columns = ["email", "name", "city", "nil"]

    private struct Object: MustacheParent {
        let values: [String]

        func child(named name: String) -> Any? {
            TemplateOracleTests.columns.firstIndex(of: name).map { Text(text: values[$0]) }
        }
    }

    private struct Text: MustacheCustomRenderable, MustacheParent {
        let text: String
        var renderText: String { text }
        var isNull: Bool { text.isEmpty }
        func child(named: String) -> Any? { nil }
    }

    private func template(_ random: inout SeededRandom, depth: Int) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            let name = random.pick(Self.columns)
            switch Int.random(in: 0..<16, using: &random) {
            case 0..<4: text += random.pick(["a", "<b>", "é", "x y", "}}", "{ "])
            case 4..<6: text += random.pick([" ", "  ", "\t", ""])
            case 6..<9: text += random.pick(["\n", "\r\n", "\n\n", "\n  "])
            case 9: text += "{{\(name)}}"
            case 10: text += "{{{ \(name) }}}"
            case 11: text += "{{&\(name)}}"
            case 12: text += random.pick(["{{! c }}", "{{!\n c}}", "{{!}}"])
            default:
                guard depth < 3 else { continue }
                let mark = random.pick(["#", "^"])
                let open = "{{\(mark)\(name)}}" + random.pick(["", "\n", "  \n"])
                let inner = self.template(&random, depth: depth + 1)
                text += open + inner + random.pick(["", "\n", "\n  "]) + "{{/\(name)}}"
            }
        }
        return text
    }

    @Test("random templates and fields give the same text", arguments: 0..<40)
    func same(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let text = template(&random, depth: 0)
            let escapes = Bool.random(using: &random)
            let pool = ["", "", "Ann", "<i>&amp;'\"</i>", "ü🎉", "{{name}}", "two\nlines", " "]
            let values = Self.columns.map { _ in random.pick(pool) }
            let fields = values.map { Array($0.utf8)[...] }
            var table = VariableTable(columns: Self.columns)
            let compiled = try TemplateCompiler.compile(text, template: "t", escapes: escapes, variables: &table)
            var output: [UInt8] = []
            compiled.render(table.slots.map { fields[$0] }, into: &output)

            // The compiler makes line ends CRLF before anything else.
            var normalised: [UInt8] = []
            LineBreaks.append(Array(text.utf8).span, to: &normalised)
            let pragma = "{{%CONTENT_TYPE:\(escapes ? "HTML" : "TEXT")}}\r\n"
            let mustache = try MustacheTemplate(string: pragma + String(decoding: normalised, as: UTF8.self))
            let expected = mustache.render(Object(values: values))
            #expect(String(decoding: output, as: UTF8.self) == expected, "\(text.debugDescription) \(values)")

            var direct: [UInt8] = []
            if compiled.renderSevenBit(table.slots.map { fields[$0] }, into: &direct) {
                #expect(direct == output)
            }
        }
    }

    @Test("with a transform the mustache engine renders the whole template, to the same text", arguments: 0..<10)
    func fallback(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<50 {
            let text = template(&random, depth: 0)
            let escapes = Bool.random(using: &random)
            let values = Self.columns.map { _ in random.pick(["", "Ann", "<b>", "ü"]) }
            let fields = values.map { Array($0.utf8)[...] }
            var table = VariableTable(columns: Self.columns)
            let plain = try TemplateCompiler.compile(text + "\nx", template: "t", escapes: escapes, variables: &table)
            let slow = try TemplateCompiler.compile(
                text + "\nx{{uppercased(email)}}", template: "t", escapes: escapes, variables: &table)
            #expect(slow.mustache != nil)
            var expected: [UInt8] = []
            plain.render(table.slots.map { fields[$0] }, into: &expected)
            var transformed = values[0].uppercased()
            if escapes { transformed = transformed.replacing("<", with: "&lt;").replacing(">", with: "&gt;") }
            var output: [UInt8] = []
            slow.render(table.slots.map { fields[$0] }, into: &output)
            #expect(
                String(decoding: output, as: UTF8.self) == String(decoding: expected, as: UTF8.self) + transformed,
                "\(text.debugDescription)")
        }
    }
}
