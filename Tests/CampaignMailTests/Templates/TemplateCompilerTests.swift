import Testing

@testable import CampaignMail

@Suite("Templates")
struct TemplateCompilerTests {
    private static let columns = ["email", "first_name", "city", "a.b", "Straße & No.", "empty(city)", ""]

    private func render(_ template: String, escapes: Bool = false, _ values: [String] = []) throws -> String {
        var table = VariableTable(columns: Self.columns)
        let compiled = try TemplateCompiler.compile(template, template: "t", escapes: escapes, variables: &table)
        let given = values + Array(repeating: "", count: Self.columns.count - values.count)
        let fields = TestFields(given)
        var output: [UInt8] = []
        compiled.render(table.slots.map { fields.bytes($0) }, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private func error(_ template: String) -> TemplateError? {
        do {
            _ = try render(template)
            return nil
        } catch {
            return error as? TemplateError
        }
    }

    @Test(
        "variables, comments, sections",
        arguments: [
            ("Hi {{first_name}}!", "Hi <Ann>!"),
            ("{{ first_name }}{{{first_name}}}{{& first_name}}", "<Ann><Ann><Ann>"),
            ("a{{! no }}b", "ab"), ("{{#city}}in {{city}}{{/city}}{{^city}}nowhere{{/city}}", "in Oslo"),
            ("{{#a.b}}x{{/a.b}}{{^a.b}}y{{/a.b}}", "y"), ("{{#city}}{{.}}{{/city}}", "Oslo"),
            ("{{Straße & No.}}", "5"), ("{{empty(city)}}", "odd"), ("{{uppercased(city)}} {{city}}", "OSLO Oslo"),
            ("{{#city}}{{uppercased(.)}}{{/city}}", "OSLO"), ("{", "{"), ("}} { {x}", "}} { {x}"), ("", ""),
            ("\u{FEFF}x", "x"), ("{{#city}}\na\n{{/city}}\nb\r\nc", "a\r\nb\r\nc"),
        ])
    func renders(template: String, expected: String) throws {
        #expect(try render(template, ["x@example.com", "<Ann>", "Oslo", "", "5", "odd"]) == expected)
    }

    @Test("HTML templates escape, unless told not to; a combining mark hides nothing")
    func escapes() throws {
        let values = ["", "<a href=\"x\">'&</a>", "<\u{301}"]
        #expect(
            try render("{{first_name}}", escapes: true, values) == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&lt;/a&gt;")
        #expect(try render("{{{first_name}}}", escapes: true, values) == values[1])
        #expect(try render("{{city}}", escapes: true, values) == "&lt;\u{301}")
        #expect(
            try render("{{lowercased(city)}}{{{uppercased(city)}}}", escapes: true, values) == "&lt;\u{301}<\u{301}")
    }

    @Test("an unknown variable names template, line, column and the nearest column")
    func unknown() throws {
        let found = try #require(error("Hällo\n  ä{{frist_name}}"))
        #expect(
            found
                == TemplateError(
                    template: "t", line: 2, column: 4, reason: .unknownVariable("frist_name", nearest: "first_name")))
        #expect(found.description == "t:2:4: unknown variable “frist_name”; the nearest column is “first_name”")
        #expect(error("{{City}}")?.reason == .unknownVariable("City", nearest: "city"))
        #expect(error("{{#x}}{{/x}}")?.reason == .unknownVariable("x", nearest: "a.b"))
        #expect(error("{{.}}")?.reason == .unknownVariable(".", nearest: "a.b"))
        #expect(error("{{^city}}{{.}}{{/city}}")?.line == 1)
        #expect(error("{{shouted(city)}}")?.reason == .unknownTransform("shouted"))
    }

    @Test(
        "malformed tags are refused",
        arguments: [
            "{{", "{{city", "{{city}", "{{}}", "{{ }}", "{{{city}}", "{{{city}} }", "{{#city}}", "{{/city}}",
            "{{ci\nty}}",
            "{{!", "{{#city}}{{/email}}", "{{#city}}{{#email}}{{/city}}{{/email}}", "{{>x}}", "{{=<% %>=}}",
            "{{<x}}{{/x}}",
            "{{$x}}{{/x}}", "{{%CONTENT_TYPE:TEXT}}", "{{{{city}}}}", "{{\ncity}}", "{{uppercased(city}}", "{{(city)}}",
        ])
    func malformed(template: String) {
        #expect(error(template) != nil)
    }

    @Test("sections may nest to a bound, not beyond it")
    func nesting() {
        func nested(_ depth: Int) -> String {
            String(repeating: "{{#city}}", count: depth) + String(repeating: "{{/city}}", count: depth)
        }
        #expect(error(nested(TemplateCompiler.depthMax)) == nil)
        #expect(error(nested(TemplateCompiler.depthMax + 1))?.reason == .nestedTooDeep(depthMax: 32))
        #expect(error(nested(100_000))?.reason == .nestedTooDeep(depthMax: 32))
    }

    @Test("edit distance")
    func distance() {
        #expect(EditDistance.between(Array("kitten"), Array("sitting")) == 3)
        #expect(EditDistance.between(Array(""), Array("ab")) == 2)
        #expect(EditDistance.between(Array("ab"), Array("")) == 2)
        #expect(EditDistance.nearest(to: "x", among: []) == nil)
        #expect(EditDistance.nearest(to: String(repeating: "x", count: 129), among: ["x"]) == nil)
    }
}
