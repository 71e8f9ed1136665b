/// One textual part of a message: its template and its header fields in both encodings.
struct BodyPart: Sendable {
    enum Encoding {
        case sevenBit, quotedPrintable
    }

    let template: CompiledTemplate
    private let sevenBitHeader: [UInt8]
    private let quotedPrintableHeader: [UInt8]

    /// - Parameters:
    ///   - type: the media type without parameters.
    init(_ template: CompiledTemplate, type: String) {
        self.template = template
        let contentType = "Content-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: "
        sevenBitHeader = Array((contentType + "7bit\r\n\r\n").utf8)
        quotedPrintableHeader = Array((contentType + "quoted-printable\r\n\r\n").utf8)
    }

    /// Appends header fields, empty line and body. The body's last line has no CRLF unless the template gave one.
    /// - Parameters:
    ///   - isQuoted: use quoted-printable even where 7bit would do.
    func render(_ scratch: inout RenderScratch, isQuoted: Bool, into output: inout [UInt8]) -> Encoding {
        let start = output.count
        if !isQuoted {
            output.append(sevenBitHeader.span)
            if template.renderSevenBit(scratch.values, into: &output) {
                return .sevenBit
            }
            output.removeSubrange(start...)
        }
        scratch.text.removeAll(keepingCapacity: true)
        template.render(scratch.values, into: &scratch.text)
        if !isQuoted, LineBreaks.isSevenBit(scratch.text.span) {
            output.append(sevenBitHeader.span)
            LineBreaks.append(scratch.text.span, to: &output)
            return .sevenBit
        }
        output.append(quotedPrintableHeader.span)
        QuotedPrintable.append(scratch.text.span, to: &output)
        return .quotedPrintable
    }
}
