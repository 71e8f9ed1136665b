import Mustache

/// Renders a template that calls transforms (`{{uppercased(name)}}`) through the mustache engine.
///
/// The template's tags were rewritten by the compiler: every variable is an unescaped one named `e<slot>` (escapes
/// itself) or `r<slot>` (raw), so a column may have any name and escaping is the same as in compiled templates.
struct MustacheFallback: Sendable {
    private let template: MustacheTemplate

    init(rewritten: String) throws {
        template = try MustacheTemplate(string: rewritten)
    }

    func render(_ values: [ArraySlice<UInt8>], into output: inout [UInt8]) {
        output.append(contentsOf: template.render(Fields(values: values)).utf8)
    }

    private struct Fields: MustacheParent {
        let values: [ArraySlice<UInt8>]

        func child(named name: String) -> Any? {
            guard let slot = Int(name.dropFirst()), values.indices.contains(slot) else { return nil }
            return FieldText(text: String(decoding: values[slot], as: UTF8.self), escapes: name.hasPrefix("e"))
        }
    }

    /// A field's text: an empty one is false to a section.
    private struct FieldText: MustacheParent, MustacheCustomRenderable, MustacheTransformable {
        let text: String
        let escapes: Bool

        var isNull: Bool { text.isEmpty }

        var renderText: String {
            guard escapes else { return text }
            var escaped: [UInt8] = []
            HTMLEscape.append(Array(text.utf8).span, to: &escaped)
            return String(decoding: escaped, as: UTF8.self)
        }

        func child(named name: String) -> Any? { nil }

        func transform(_ name: String) -> Any? {
            switch text.transform(name) {
            case let text as String: FieldText(text: text, escapes: escapes)
            case let text as Substring: FieldText(text: String(text), escapes: escapes)
            case let other: other
            }
        }
    }
}
