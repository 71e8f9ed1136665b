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

/// A client's command (RFC 5321 §4.1.1). Its arguments cannot hold what would end the line early.
package enum Command: Hashable, Sendable {
    case greeting(GreetingVerb, GreetingName)
    case startTLS
    /// AUTH, or the answer to a challenge: a line of printable US-ASCII.
    case authentication(Secret)
    case mail(from: EnvelopePath, MailParameters, envelopeID: String? = nil)
    case recipient(EnvelopePath, RecipientParameters = RecipientParameters())
    case data
    /// `BDAT n LAST`: the whole message is in this one chunk (RFC 3030 §2). Its bytes follow at once.
    case lastChunk(sizeBytes: Int)
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
        case .startTLS: buffer.writeStaticString("STARTTLS\r\n")
        case .authentication(let line):
            buffer.writeBytes(line.bytes)
            buffer.writeStaticString("\r\n")
        case .mail(let sender, let parameters, let envelopeID):
            buffer.writeStaticString("MAIL FROM:<")
            buffer.writeBytes(sender.bytes)
            buffer.writeStaticString(">")
            parameters.encode(envelopeID: envelopeID, into: &buffer)
            buffer.writeStaticString("\r\n")
        case .recipient(let recipient, let parameters):
            buffer.writeStaticString("RCPT TO:<")
            buffer.writeBytes(recipient.bytes)
            buffer.writeStaticString(">")
            parameters.encode(for: recipient, into: &buffer)
            buffer.writeStaticString("\r\n")
        case .data: buffer.writeStaticString("DATA\r\n")
        case .lastChunk(let sizeBytes):
            buffer.writeStaticString("BDAT ")
            buffer.writeDecimal(sizeBytes)
            buffer.writeStaticString(" LAST\r\n")
        case .reset: buffer.writeStaticString("RSET\r\n")
        case .noop: buffer.writeStaticString("NOOP\r\n")
        case .quit: buffer.writeStaticString("QUIT\r\n")
        }
    }
}
