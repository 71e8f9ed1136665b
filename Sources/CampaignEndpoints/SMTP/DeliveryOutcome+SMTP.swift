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
            case .authentication: .notSent(EndpointFault(.hopeless, reply))
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
            case .sessionRefused: isProven ? .dropped : .unavailable
            case .connectFailed: .unavailable
            case .timedOut(.connect), .timedOut(.greeting), .timedOut(.hello): .unavailable
            case .connectionLost(.connect, _), .connectionLost(.greeting, _), .connectionLost(.hello, _): .unavailable
            case .malformedReply, .unexpectedReply: isProven ? .dropped : .unavailable
            case .connectionLost, .timedOut, .notReady, .closedLocally: .dropped
            }
        self.init(severity, "\(fault)")
    }
}
