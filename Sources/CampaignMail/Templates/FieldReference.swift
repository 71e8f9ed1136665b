/// What a tag names: a field, perhaps through transforms (`capitalized(lowercased(name))`).
struct FieldReference: Equatable {
    /// The transforms that the mustache engine has for text.
    static let transformsKnown = ["capitalized", "empty", "lowercased", "reversed", "uppercased"]

    var slot: Int
    /// Outermost first.
    var transforms: [String] = []

    /// A section over it makes its text the context that `{{.}}` shows; the truth value of `empty` cannot.
    var isContext: Bool { !transforms.contains("empty") }

    /// As the mustache engine is given it.
    func rewritten(escapes: Bool) -> String {
        let name = (escapes ? "e" : "r") + String(slot)
        return transforms.reversed().reduce(name) { inner, transform in "\(transform)(\(inner))" }
    }
}
