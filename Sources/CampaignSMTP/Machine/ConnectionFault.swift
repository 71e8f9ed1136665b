/// Why a connection is of no further use. Always about the endpoint, never about a recipient.
///
/// At stage `.idle` it need not mean trouble: servers end sessions that they find idle for too long.
package enum ConnectionFault: Error, Hashable, Sendable {
    /// No connection was made (refused, unreachable, unknown host, connect timeout); the reason in words.
    case connectFailed(reason: String)
    /// The server closed or reset the connection while this stage was under way; the reason in words if one is known.
    case connectionLost(TransactionStage, reason: String?)
    /// The server took longer than `SMTPTimeouts` allows for the stage.
    case timedOut(TransactionStage)
    /// What arrived is no reply.
    case malformedReply(TransactionStage, ReplyError)
    /// A well-formed reply that the stage has no use for (a success before it is due, 3xx to MAIL …).
    case unexpectedReply(TransactionStage, Reply)
    /// The server greeted with something else than 220, or refused EHLO and HELO.
    case sessionRefused(TransactionStage, Reply)
    /// The session could not be encrypted, or not with whom it should be.
    case tls(TLSFault)
    /// The session could not be authenticated.
    case authentication(AuthenticationFault)
    /// A transaction was submitted before the session was open, while another was under way, or after the end.
    case notReady
    /// This side ended the connection.
    case closedLocally
}

extension ConnectionFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .connectFailed(let reason): "no connection: \(reason)"
        case .connectionLost(let stage, let reason?): "connection lost (\(stage)): \(reason)"
        case .connectionLost(let stage, nil): "connection lost (\(stage))"
        case .timedOut(.greeting): "no greeting in time; a port that begins with TLS, as 465 does, wants smtps://"
        case .timedOut(let stage): "no reply in time (\(stage))"
        case .malformedReply(let stage, let error): "not an SMTP reply (\(stage)): \(error)"
        case .unexpectedReply(let stage, let reply): "unexpected reply (\(stage)): \(reply)"
        case .sessionRefused(let stage, let reply): "server refuses the session (\(stage)): \(reply)"
        case .tls(let fault): "no TLS: \(fault)"
        case .authentication(let fault): "no authentication: \(fault)"
        case .notReady: "the connection was not ready for a message"
        case .closedLocally: "closed by this side"
        }
    }
}
