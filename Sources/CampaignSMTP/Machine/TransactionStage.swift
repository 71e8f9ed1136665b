/// Where in a session or transaction something happened.
package enum TransactionStage: Hashable, Sendable, CaseIterable {
    case connect
    /// From the first byte of TLS to the verified certificate.
    case handshake
    case greeting
    /// EHLO, HELO or LHLO.
    case hello
    /// STARTTLS (RFC 3207).
    case startTLS
    /// AUTH and its challenges (RFC 4954).
    case authenticate
    /// Between transactions.
    case idle
    /// Before anything was sent for the message: what the server has offered rules it out.
    case envelope
    case reset
    case mail
    case recipient
    case data
    /// The server waits for the content, which has not been released yet.
    case prepared
    /// The content is on its way; its terminator has not been handed to the socket whole.
    case content
    /// The terminator was handed over; its reply decides.
    case finalReply
    case quit
}
