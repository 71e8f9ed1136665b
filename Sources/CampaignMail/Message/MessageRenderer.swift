/// Renders one recipient's message after another from templates compiled once (RFC 5322, RFC 2045 to 2047).
///
/// A message depends on the source, the date, the fields and the key alone: rendered again, it is the same octet for
/// octet. Lines end with CRLF, no CR or LF stands alone, no line is longer than 998 octets, all octets are ASCII unless
/// the recipient's address is not. Dots are not stuffed.
package struct MessageRenderer: Sendable {
    /// Names of the columns that the templates use, in order of first use.
    package let variables: [String]
    /// The address of From, without its display name.
    package let senderAddress: String

    /// Column of each slot.
    private let slots: [Int]
    private let header: [HeaderStep]
    /// The right-hand side of each Message-ID.
    package let messageIDDomain: String
    /// One part, or text and HTML as alternatives.
    private let parts: [BodyPart]

    /// Compiles the source.
    /// - Parameters:
    ///   - columns: names of the recipients' columns; the first one is the address.
    ///   - date: seconds since 1970, given in every message as UTC.
    ///   - messageIDDomain: right-hand side of the Message-ID; nil takes the domain of From.
    package init(
        _ source: MessageSource, columns: [String], date: Int64, messageIDDomain: String?
    ) throws(TemplateError) {
        guard !columns.isEmpty else { throw TemplateError(template: "recipients", reason: .noColumns) }
        guard let date = MessageDate.text(secondsSince1970: date) else {
            throw TemplateError(template: "date", reason: .invalidDate(date))
        }
        guard source.subject.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw TemplateError(template: "subject", reason: .emptySubject)
        }
        guard source.text != nil || source.html != nil else {
            throw TemplateError(template: source.textName, reason: .noBody)
        }
        var compiler = HeaderCompiler(variables: VariableTable(columns: columns))
        compiler.appendConstant("Date: \(date)\r\n")
        let sender = try compiler.appendMailbox(name: "From", source.from, key: "from")
        compiler.append(.to)
        if let replyTo = source.replyTo {
            _ = try compiler.appendMailbox(name: "Reply-To", replyTo, key: "reply-to")
        }
        try compiler.appendUnstructured(name: "Subject", source.subject, key: "subject")
        let domain = try Self.messageIDDomain(messageIDDomain, sender: sender)
        compiler.append(.messageID(suffix: Array("@\(domain)>\r\n".utf8)))
        for (name, value) in source.extraHeaders {
            try compiler.appendExtra(name: name, value)
        }
        compiler.appendConstant("MIME-Version: 1.0\r\n")
        var parts: [BodyPart] = []
        if let text = source.text {
            let template = try TemplateCompiler.compile(
                text, template: source.textName, escapes: false, variables: &compiler.variables)
            parts.append(BodyPart(template, type: "text/plain"))
        }
        if let html = source.html {
            let template = try TemplateCompiler.compile(
                html, template: source.htmlName, escapes: true, variables: &compiler.variables)
            parts.append(BodyPart(template, type: "text/html"))
        }
        self.parts = parts
        self.messageIDDomain = domain
        senderAddress = sender.address
        header = compiler.steps
        slots = compiler.variables.slots
        variables = compiler.variables.used.map { columns[$0] }
    }

    /// Appends the message for one recipient to `output`; on an error `output` is as it was.
    /// - Parameters:
    ///   - key: the idempotency key: 1 to 64 ASCII letters and digits, the Message-ID's local part.
    package func render<F: MergeFields>(
        _ fields: F, key: String, into output: inout [UInt8]
    ) throws(RenderError) {
        var scratch = RenderScratch()
        try render(fields, key: key, scratch: &scratch, into: &output)
    }

    /// As `render(_:key:into:)`, with working memory that the caller keeps.
    package func render<F: MergeFields>(
        _ fields: F, key: String, scratch: inout RenderScratch, into output: inout [UInt8]
    ) throws(RenderError) {
        // Fields are gathered here so that all else is compiled once, for no particular kind of fields.
        for column in slots {
            scratch.values.append(fields.bytes(column))
        }
        // Slices that stay behind would make their owner copy when it changes.
        defer { scratch.values.removeAll(keepingCapacity: true) }
        try renderGathered(key: key, &scratch, into: &output)
    }

    private func renderGathered(
        key: String, _ scratch: inout RenderScratch, into output: inout [UInt8]
    ) throws(RenderError) {
        let address = scratch.values[0]
        guard AddressSyntax.isAddress(address.span) else { throw .invalidAddress }
        scratch.key.removeAll(keepingCapacity: true)
        scratch.key.append(contentsOf: key.utf8)
        guard 1...64 ~= scratch.key.count, scratch.key.allSatisfy(ASCII.isAlphanumeric) else { throw .invalidKey }
        let start = output.count
        if renderMessage(&scratch, isQuoted: false, into: &output) { return }
        output.removeSubrange(start...)
        _ = renderMessage(&scratch, isQuoted: true, into: &output)
    }

    /// Returns false, with a message in `output` that must not be used, where a part holds the boundary.
    private func renderMessage(
        _ scratch: inout RenderScratch, isQuoted: Bool, into output: inout [UInt8]
    ) -> Bool {
        renderHeader(&scratch, into: &output)
        guard parts.count > 1 else {
            _ = parts[0].render(&scratch, isQuoted: isQuoted, into: &output)
            if output.last != ASCII.lineFeed {
                output.append(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed])
            }
            return true
        }
        output.append(contentsOf: "Content-Type: multipart/alternative; boundary=\"".utf8)
        output.append(contentsOf: Boundary.prefix.utf8)
        output.append(scratch.key.span)
        output.append(contentsOf: "\"\r\n\r\n".utf8)
        for part in parts {
            Boundary.appendDelimiter(key: scratch.key, isLast: false, to: &output)
            let start = output.count
            let encoding = part.render(&scratch, isQuoted: isQuoted, into: &output)
            if encoding == .sevenBit, Boundary.occurs(key: scratch.key, in: output.span, from: start) {
                return false
            }
            // This CRLF belongs to the delimiter that follows.
            output.append(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed])
        }
        Boundary.appendDelimiter(key: scratch.key, isLast: true, to: &output)
        return true
    }

    private func renderHeader(_ scratch: inout RenderScratch, into output: inout [UInt8]) {
        for step in header {
            switch step {
            case .constant(let bytes): output.append(bytes.span)
            case .to:
                output.append(contentsOf: "To: ".utf8)
                let address = scratch.values[0]
                if !AddressSyntax.isASCII(address.span), let parsed = try? EmailAddress(Array(address)) {
                    // With its domain in A-labels (RFC 5890) an address whose local part is ASCII passes any server.
                    output.append(parsed.asciiDomainForm.span)
                } else {
                    output.append(address.span)
                }
                output.append(contentsOf: [ASCII.carriageReturn, ASCII.lineFeed])
            case .messageID(let suffix):
                output.append(contentsOf: "Message-ID: <".utf8)
                output.append(scratch.key.span)
                output.append(suffix.span)
            case .unstructured, .mailbox: step.renderText(&scratch, into: &output)
            }
        }
    }

    private static func messageIDDomain(_ domain: String?, sender: Mailbox) throws(TemplateError) -> String {
        let domain = domain ?? sender.domain
        let bytes = Array(domain.utf8)
        // An address literal is fine too (RFC 5322 §3.6.4 `no-fold-literal`), and was checked with the address.
        let isChecked = domain == sender.domain || AddressSyntax.isDomain(bytes.span)
        guard isChecked, AddressSyntax.isASCII(bytes.span), bytes.count <= 255 else {
            throw TemplateError(template: "from", reason: .invalidDomain(domain))
        }
        return domain
    }
}
