/// One instruction of a compiled template. Plain values only, so that a render neither retains nor allocates.
struct TemplateStep {
    enum Kind: UInt8 {
        case literal
        /// The field as it is.
        case raw
        /// The field with HTML's special characters replaced.
        case escaped
        /// Goes to `target` when the field is empty: the opening of a section.
        case skipIfEmpty
        /// Goes to `target` when the field is not empty: the opening of an inverted section.
        case skipIfFilled
    }

    var kind: Kind
    /// The field's slot, for all but literals.
    var slot = 0
    /// The literal's range in the template's literals.
    var start = 0
    var end = 0
    /// The literal's octets before its first line break and after its last one; both its length when it has none.
    var head = 0
    var tail = 0
    var hasLineBreak = false
    /// Index of the step to go on with.
    var target = 0
}
