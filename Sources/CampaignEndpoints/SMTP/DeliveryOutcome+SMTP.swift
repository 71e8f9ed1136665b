import CampaignDomain
import CampaignSMTP

extension DeliveryOutcome {
    /// What a refusal means for the recipient, or for the endpoint.
    ///
    /// - Parameters:
    ///   - reply: the refusal's text, for the log.
    ///   - isProven: whether the connection has served before; then its end says little about the server.
    init(_ refusal: Refusal, reply: String, isProven: Bool) {
        self =
            switch refusal.classification {
            case .recipientTemporary: refusal.isThrottling ? .throttled(reply: reply) : .deferred(reply: reply)
            case .recipientPermanent(.unknownAddress): .failed(.unknownAddress, reply: reply)
            case .recipientPermanent(.mailboxFull): .failed(.mailboxFull, reply: reply)
            case .recipientPermanent(.other): .failed(.other, reply: reply)
            case .messageRefused: .failed(.message, reply: reply)
            case .senderPolicy: .failed(.policy, reply: reply)
            case .authentication, .encryption: .notSent(EndpointFault(.hopeless, reply))
            // A connection that has carried messages may have reached a limit of the server's: a new one will tell.
            case .endpointTrouble: .notSent(EndpointFault(isProven ? .dropped : .unavailable, reply))
            }
    }
}

extension EndpointFault {
    /// - Parameter isProven: whether the connection has served before; then its loss says little about the server.
    init(_ fault: ConnectionFault, isProven: Bool) {
        let severity: Severity =
            switch fault {
            case .sessionRefused(let stage, let reply): Self.severity(stage, reply, isProven: isProven)
            case .connectFailed: .unavailable
            case .tls(let fault): fault.isPassing ? .unavailable : .hopeless
            // A wrong password, or a server that is not who it says: trying again helps nobody.
            case .authentication: .hopeless
            case .timedOut(let stage) where stage.isOpening: .unavailable
            case .connectionLost(let stage, _) where stage.isOpening: .unavailable
            case .malformedReply, .unexpectedReply: isProven ? .dropped : .unavailable
            case .connectionLost, .timedOut, .notReady, .closedLocally: .dropped
            }
        self.init(severity, "\(fault)")
    }

    private static func severity(_ stage: TransactionStage, _ reply: Reply, isProven: Bool) -> Severity {
        switch ReplyClassification(refusalAt: stage, reply: reply) {
        case .authentication, .encryption: .hopeless
        case .recipientTemporary, .recipientPermanent, .endpointTrouble, .messageRefused, .senderPolicy:
            isProven ? .dropped : .unavailable
        }
    }
}

extension TransactionStage {
    /// Whether the session is not open yet.
    fileprivate var isOpening: Bool {
        switch self {
        case .connect, .handshake, .greeting, .hello, .startTLS, .authenticate: true
        case .idle, .envelope, .reset, .mail, .recipient, .data, .prepared, .content, .finalReply, .quit: false
        }
    }
}
