/// Turns a mustache template into steps.
///
/// Understood are variables, `{{{raw}}}` and `{{&raw}}` ones, comments, sections, inverted sections and `{{.}}` within
/// a section. Which blanks and line breaks around a tag that stands alone on its line disappear follows
/// swift-mustache exactly (a test compares the two), its departures from the mustache specification included.
struct TemplateCompiler {
    /// Sections within sections, at most.
    static let depthMax = 32

    private struct Frame {
        var tag: TemplateTag
        var reference: FieldReference
        var opening: Int
        var isInverted: Bool
        /// State of the surrounding text, to go on with after the section.
        var isLineFresh: Bool
        var blanks: Range<Int>
    }

    private let escapes: Bool
    private var scanner: TemplateScanner
    private var literals: [UInt8] = []
    private var steps: [TemplateStep] = []
    private var literalStart = 0
    private var frames: [Frame] = []
    /// Blanks from here on, and a tag that ends its line, may belong to a tag that stands alone.
    private var isLineFresh = true
    private var blanks = 0..<0
    private var rewritten: [UInt8] = []
    private var rewrittenEnd = 0
    private var needsMustache = false

    private init(_ text: String, template: String, escapes: Bool) {
        scanner = TemplateScanner(text, template: template)
        self.escapes = escapes
    }

    /// - Parameters:
    ///   - template: the name that errors give.
    ///   - escapes: whether `{{x}}` escapes for HTML.
    static func compile(
        _ text: String, template: String, escapes: Bool, variables: inout VariableTable
    ) throws(TemplateError) -> CompiledTemplate {
        var compiler = TemplateCompiler(text, template: template, escapes: escapes)
        try compiler.readAll(&variables)
        return try compiler.finish()
    }

    private mutating func readAll(_ variables: inout VariableTable) throws(TemplateError) {
        while !scanner.isAtEnd {
            if isLineFresh {
                blanks = scanner.readBlanks()
            }
            let text = scanner.readText()
            if scanner.isAtLineBreak {
                emit(blanks)
                emit(text)
                emit(scanner.readLineBreak())
                isLineFresh = true
                continue
            }
            if !text.isEmpty {
                emit(blanks)
                emit(text)
                blanks = 0..<0
                isLineFresh = false
            }
            if scanner.isAtEnd { break }
            try apply(try scanner.readTag(), &variables)
        }
    }

    private mutating func apply(_ tag: TemplateTag, _ variables: inout VariableTable) throws(TemplateError) {
        switch tag.kind {
        case .comment:
            rewrite(tag, as: "{{!}}")
            isLineFresh = isLineFresh && scanner.skipBlankLineEnd()
        case .variable, .raw:
            emitBlanks()
            let reference = try resolve(tag, &variables)
            let isEscaped = escapes && tag.kind == .variable
            rewrite(tag, as: "{{{" + reference.rewritten(escapes: isEscaped) + "}}}")
            append(TemplateStep(kind: isEscaped ? .escaped : .raw, slot: reference.slot))
            isLineFresh = false
        case .section, .inverted:
            try open(tag, try resolve(tag, &variables))
        case .close:
            try close(tag)
        }
    }

    private mutating func open(_ tag: TemplateTag, _ reference: FieldReference) throws(TemplateError) {
        guard frames.count < Self.depthMax else {
            throw scanner.error(.nestedTooDeep(depthMax: Self.depthMax), at: tag.range.lowerBound)
        }
        let isInverted = tag.kind == .inverted
        rewrite(tag, as: (isInverted ? "{{^" : "{{#") + reference.rewritten(escapes: false) + "}}")
        isLineFresh = isLineFresh && scanner.skipBlankLineEnd()
        if !isLineFresh {
            emitBlanks()
        }
        append(TemplateStep(kind: isInverted ? .skipIfFilled : .skipIfEmpty, slot: reference.slot))
        frames.append(
            Frame(
                tag: tag, reference: reference, opening: steps.count - 1, isInverted: isInverted,
                isLineFresh: isLineFresh, blanks: blanks))
        blanks = 0..<0
    }

    private mutating func close(_ tag: TemplateTag) throws(TemplateError) {
        guard let frame = frames.last, frame.tag.name == tag.name else {
            let reason = TemplateError.Reason.unexpectedClose(tag.name, expected: frames.last?.tag.name)
            throw scanner.error(reason, at: tag.range.lowerBound)
        }
        rewrite(tag, as: "{{/" + frame.reference.rewritten(escapes: false) + "}}")
        if !(isLineFresh && scanner.skipBlankLineEnd()) {
            emitBlanks()
        }
        flushLiteral()
        steps[frame.opening].target = steps.count
        isLineFresh = frame.isLineFresh
        blanks = frame.blanks
        frames.removeLast()
    }

    private mutating func finish() throws(TemplateError) -> CompiledTemplate {
        if let frame = frames.last {
            throw scanner.error(.unclosedSection(frame.tag.name), at: frame.tag.range.lowerBound)
        }
        flushLiteral()
        rewritten.append(contentsOf: scanner.bytes[rewrittenEnd...])
        return CompiledTemplate(
            literals: literals, steps: steps,
            isSevenBit: LineBreaks.isSevenBit(literals.span), mustache: try fallback())
    }

    private func fallback() throws(TemplateError) -> MustacheFallback? {
        guard needsMustache else { return nil }
        do {
            return try MustacheFallback(rewritten: String(decoding: rewritten, as: UTF8.self))
        } catch {
            throw scanner.error(.malformedTag("\(error)"), at: 0)
        }
    }

    private mutating func emit(_ range: Range<Int>) {
        literals.append(contentsOf: scanner.bytes[range])
    }

    private mutating func emitBlanks() {
        emit(blanks)
        blanks = 0..<0
    }

    private mutating func append(_ step: TemplateStep) {
        flushLiteral()
        steps.append(step)
    }

    private mutating func flushLiteral() {
        guard literalStart < literals.count else { return }
        let literal = literals[literalStart...]
        var step = TemplateStep(kind: .literal, start: literalStart, end: literals.count)
        if let first = literal.firstIndex(of: ASCII.carriageReturn),
            let last = literal.lastIndex(of: ASCII.lineFeed)
        {
            (step.head, step.tail, step.hasLineBreak) = (first - literalStart, literals.count - last - 1, true)
        } else {
            (step.head, step.tail) = (literal.count, literal.count)
        }
        steps.append(step)
        literalStart = literals.count
    }

    private mutating func rewrite(_ tag: TemplateTag, as text: String) {
        rewritten.append(contentsOf: scanner.bytes[rewrittenEnd..<tag.range.lowerBound])
        rewritten.append(contentsOf: text.utf8)
        rewrittenEnd = tag.range.upperBound
    }
}

extension TemplateCompiler {
    /// A column named exactly so wins over any other reading of the name.
    private mutating func resolve(
        _ tag: TemplateTag, _ variables: inout VariableTable
    ) throws(TemplateError) -> FieldReference {
        var name = tag.name
        var transforms: [String] = []
        while true {
            var inner = FieldReference(slot: 0)
            if let slot = variables.slot(for: name) {
                inner.slot = slot
            } else if name == ".", let context = frames.last(where: { !$0.isInverted && $0.reference.isContext }) {
                inner = context.reference
            } else if let parenthesis = name.firstIndex(of: "("), name.hasSuffix(")") {
                let transform = String(name[..<parenthesis])
                guard FieldReference.transformsKnown.contains(transform) else {
                    throw scanner.error(.unknownTransform(transform), at: tag.range.lowerBound)
                }
                transforms.append(transform)
                name = String(name[name.index(after: parenthesis)...].dropLast())
                continue
            } else {
                let reason = TemplateError.Reason.unknownVariable(name, nearest: variables.nearest(to: name))
                throw scanner.error(reason, at: tag.range.lowerBound)
            }
            inner.transforms = transforms + inner.transforms
            needsMustache = needsMustache || !inner.transforms.isEmpty
            return inner
        }
    }
}
