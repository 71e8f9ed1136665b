package import NIOCore

/// How long a server may take at each stage (RFC 5321 §4.5.3.2).
///
/// A client that gives up early on the final reply makes duplicates: its minimum is the RFC's for a reason.
package struct SMTPTimeouts: Hashable, Sendable {
    /// Name resolution and TCP.
    package var connect: TimeAmount = .seconds(30)
    /// For TLS, from its first byte to the verified certificate.
    package var handshake: TimeAmount = .minutes(1)
    package var greeting: TimeAmount = .minutes(5)
    /// EHLO, HELO and LHLO.
    package var hello: TimeAmount = .minutes(5)
    /// From STARTTLS to its reply.
    package var startTLS: TimeAmount = .minutes(5)
    /// For each of the replies to AUTH.
    package var authenticate: TimeAmount = .minutes(5)
    package var mail: TimeAmount = .minutes(5)
    package var recipient: TimeAmount = .minutes(5)
    /// From DATA to 354.
    package var dataInitiation: TimeAmount = .minutes(2)
    /// For the whole content to leave for the socket.
    package var dataBlock: TimeAmount = .minutes(3)
    /// From the terminator to its reply.
    package var finalReply: TimeAmount = .minutes(10)
    /// For RSET.
    package var reset: TimeAmount = .minutes(5)
    /// For the reply to QUIT, and for the server to close.
    package var quit: TimeAmount = .seconds(10)

    package init() {}

    package subscript(stage: TransactionStage) -> TimeAmount {
        switch stage {
        case .connect: connect
        case .handshake: handshake
        case .greeting: greeting
        case .hello: hello
        case .startTLS: startTLS
        case .authenticate: authenticate
        case .mail: mail
        case .recipient: recipient
        case .data: dataInitiation
        case .content: dataBlock
        case .finalReply: finalReply
        case .reset: reset
        case .quit, .idle, .envelope, .prepared: quit
        }
    }
}
