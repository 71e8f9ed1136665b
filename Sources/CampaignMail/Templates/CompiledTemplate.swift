/// A template made into steps over a block of literal bytes.
///
/// Line ends of the literals are CRLF already. Values are given by slot (see `VariableTable`).
struct CompiledTemplate: Sendable {
    let literals: [UInt8]
    let steps: [TemplateStep]
    /// All literals are ASCII without NUL, in lines of at most 998 octets.
    let isSevenBit: Bool
    /// Renders instead of the steps where the template uses what they cannot express.
    let mustache: MustacheFallback?

    /// The text is the same for every recipient.
    var isConstant: Bool { mustache == nil && steps.allSatisfy { $0.kind == .literal } }

    /// Appends the text for one recipient: well-formed UTF-8; line ends within fields are kept as they are.
    func render(_ values: [ArraySlice<UInt8>], into output: inout [UInt8]) {
        if let mustache {
            return mustache.render(values, into: &output)
        }
        var index = 0
        while index < steps.count {
            let step = steps[index]
            index += 1
            switch step.kind {
            case .literal: output.append(literals.span.extracting(step.start..<step.end))
            case .raw:
                let field = values[step.slot]
                UTF8Repair.append(field.span, to: &output)
            case .escaped:
                let field = values[step.slot]
                HTMLEscape.appendRepaired(field.span, to: &output)
            case .skipIfEmpty: if values[step.slot].isEmpty { index = step.target }
            case .skipIfFilled: if !values[step.slot].isEmpty { index = step.target }
            }
        }
    }

    /// Appends the text if it can travel as 7bit as it is: ASCII fields without line ends, lines of at most 998 octets.
    ///
    /// Returns false, with an unfinished text in `output`, when it cannot.
    func renderSevenBit(_ values: [ArraySlice<UInt8>], into output: inout [UInt8]) -> Bool {
        guard isSevenBit, mustache == nil else { return false }
        var lineLength = 0
        var index = 0
        while index < steps.count {
            let step = steps[index]
            index += 1
            switch step.kind {
            case .literal:
                output.append(literals.span.extracting(step.start..<step.end))
                guard lineLength + step.head <= LineBreaks.lineMax else { return false }
                lineLength = step.hasLineBreak ? step.tail : lineLength + step.tail
            case .raw, .escaped:
                let before = output.count
                let field = values[step.slot]
                guard Self.appendPlain(field.span, escapes: step.kind == .escaped, to: &output) else {
                    return false
                }
                lineLength += output.count - before
                guard lineLength <= LineBreaks.lineMax else { return false }
            case .skipIfEmpty: if values[step.slot].isEmpty { index = step.target }
            case .skipIfFilled: if !values[step.slot].isEmpty { index = step.target }
            }
        }
        return true
    }

    /// Appends a field that is ASCII without NUL, CR and LF; returns false for any other.
    @inline(__always)
    private static func appendPlain(_ field: Span<UInt8>, escapes: Bool, to output: inout [UInt8]) -> Bool {
        var needsEscape = false
        for index in field.indices {
            let byte = field[index]
            if byte < 0x20 || byte >= 0x80 {
                guard byte != 0, byte != ASCII.carriageReturn, byte != ASCII.lineFeed, byte < 0x80 else { return false }
            }
            needsEscape = needsEscape || HTMLEscape.isSpecial(byte)
        }
        if escapes && needsEscape {
            HTMLEscape.append(field, to: &output)
        } else {
            output.append(field)
        }
        return true
    }
}
