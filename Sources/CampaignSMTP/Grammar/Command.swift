package import NIOCore

/// The verb that opens a session.
package enum GreetingVerb: Hashable, Sendable {
    /// SMTP with service extensions (RFC 5321 §4.1.1.1).
    case ehlo
    /// SMTP without extensions: the way back when EHLO is not understood.
    case helo
    /// LMTP (RFC 2033 §4.1).
    case lhlo

    var keyword: StaticString {
        switch self {
        case .ehlo: "EHLO "
        case .helo: "HELO "
        case .lhlo: "LHLO "
        }
    }
}

/// The parameters of MAIL FROM that the server has offered and the message needs.
package struct MailParameters: Hashable, Sendable {
    /// `SIZE=` in bytes (RFC 1870 §4); nil leaves it out.
    package var sizeBytes: Int?
    /// `BODY=8BITMIME` (RFC 6152).
    package var is8BitMIME: Bool
    /// `SMTPUTF8` (RFC 6531 §3.4).
    package var isSMTPUTF8: Bool

    package init(sizeBytes: Int? = nil, is8BitMIME: Bool = false, isSMTPUTF8: Bool = false) {
        self.sizeBytes = sizeBytes
        self.is8BitMIME = is8BitMIME
        self.isSMTPUTF8 = isSMTPUTF8
    }
}

/// A client's command (RFC 5321 §4.1.1). Its arguments cannot hold what would end the line early.
package enum Command: Hashable, Sendable {
    case greeting(GreetingVerb, GreetingName)
    case mail(from: EnvelopePath, MailParameters)
    case recipient(EnvelopePath)
    case data
    case reset
    case noop
    case quit

    /// Appends the command line, CRLF included.
    package func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .greeting(let verb, let name):
            buffer.writeStaticString(verb.keyword)
            buffer.writeBytes(name.bytes)
            buffer.writeStaticString("\r\n")
        case .mail(let sender, let parameters):
            buffer.writeStaticString("MAIL FROM:<")
            buffer.writeBytes(sender.bytes)
            buffer.writeStaticString(">")
            if let sizeBytes = parameters.sizeBytes {
                buffer.writeStaticString(" SIZE=")
                buffer.writeString(String(sizeBytes))
            }
            if parameters.is8BitMIME { buffer.writeStaticString(" BODY=8BITMIME") }
            if parameters.isSMTPUTF8 { buffer.writeStaticString(" SMTPUTF8") }
            buffer.writeStaticString("\r\n")
        case .recipient(let recipient):
            buffer.writeStaticString("RCPT TO:<")
            buffer.writeBytes(recipient.bytes)
            buffer.writeStaticString(">\r\n")
        case .data: buffer.writeStaticString("DATA\r\n")
        case .reset: buffer.writeStaticString("RSET\r\n")
        case .noop: buffer.writeStaticString("NOOP\r\n")
        case .quit: buffer.writeStaticString("QUIT\r\n")
        }
    }
}
