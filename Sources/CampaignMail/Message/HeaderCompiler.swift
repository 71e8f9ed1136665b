/// Compiles a message's header into steps; neighbouring constant fields become one.
struct HeaderCompiler {
    /// Fields that the renderer or a mail server writes: not to be given as further ones.
    private static let reserved = [
        "bcc", "cc", "date", "dkim-signature", "from", "message-id", "mime-version", "received", "reply-to",
        "return-path", "sender", "subject", "to",
    ]
    private static let nameLengthMax = 64

    private(set) var steps: [HeaderStep] = []
    var variables: VariableTable

    init(variables: VariableTable) {
        self.variables = variables
    }

    mutating func append(_ step: HeaderStep) {
        if case .constant(let bytes) = step, case .constant(let before)? = steps.last {
            steps[steps.count - 1] = .constant(before + bytes)
        } else {
            steps.append(step)
        }
    }

    mutating func appendConstant(_ text: String) {
        append(.constant(Array(text.utf8)))
    }

    /// - Parameters:
    ///   - key: the manifest's key, for errors.
    mutating func appendMailbox(name: String, _ text: String, key: String) throws(TemplateError) -> Mailbox {
        let mailbox: Mailbox
        do {
            mailbox = try Mailbox(parsing: text)
        } catch {
            let address = text.utf8.lastIndex(of: UInt8(ascii: "<")).map { text[$0...] } ?? text[...]
            let isVariable = address.contains("{{")
            throw TemplateError(template: key, reason: isVariable ? .variableInAddress : .invalidMailbox(error))
        }
        guard !mailbox.address.contains("{{") else {
            throw TemplateError(template: key, reason: .variableInAddress)
        }
        let displayName = try TemplateCompiler.compile(
            mailbox.displayName ?? "", template: key, escapes: false, variables: &variables)
        let step = HeaderStep.mailbox(
            name: Array((name + ": ").utf8), displayName: displayName, address: Array(mailbox.address.utf8))
        append(displayName.isConstant ? constant(step) : step)
        return mailbox
    }

    mutating func appendUnstructured(name: String, _ text: String, key: String) throws(TemplateError) {
        let template = try TemplateCompiler.compile(text, template: key, escapes: false, variables: &variables)
        let step = HeaderStep.unstructured(name: Array((name + ": ").utf8), template)
        append(template.isConstant ? constant(step) : step)
    }

    mutating func appendExtra(name: String, _ text: String) throws(TemplateError) {
        let lowercased = name.lowercased()
        let isName = name.utf8.allSatisfy { $0 > ASCII.space && $0 < 0x7F && $0 != UInt8(ascii: ":") }
        guard isName, !name.isEmpty, name.utf8.count <= Self.nameLengthMax, !Self.reserved.contains(lowercased),
            !lowercased.hasPrefix("content-")
        else {
            throw TemplateError(template: "headers", reason: .invalidHeaderName(name))
        }
        try appendUnstructured(name: name, text, key: name)
    }

    private func constant(_ step: HeaderStep) -> HeaderStep {
        var scratch = RenderScratch()
        var output: [UInt8] = []
        step.renderText(&scratch, into: &output)
        return .constant(output)
    }
}

extension HeaderStep {
    /// Appends the field of a step that depends on templates only; other steps append nothing.
    func renderText(_ scratch: inout RenderScratch, into output: inout [UInt8]) {
        scratch.text.removeAll(keepingCapacity: true)
        switch self {
        case .unstructured(let name, let template):
            template.render(scratch.values, into: &scratch.text)
            UnstructuredHeader.append(name: name, text: &scratch.text, to: &output)
        case .mailbox(let name, let displayName, let address):
            displayName.render(scratch.values, into: &scratch.text)
            MailboxHeader.append(name: name, displayName: &scratch.text, address: address, to: &output)
        case .constant, .to, .messageID: break
        }
    }
}
