/// Whom a refusal is about, and so who bears its consequence.
package enum ReplyClassification: Hashable, Sendable {
    /// The recipient, for now: try again later, a bounded number of times.
    case recipientTemporary
    /// The recipient, for good.
    case recipientPermanent(RecipientFault)
    /// The server or the way to it: pause the endpoint; the recipient is charged nothing.
    case endpointTrouble
    /// The message itself: too large, or its content cannot be taken.
    case messageRefused
    /// The sender's standing or set-up: others will meet the same refusal.
    case senderPolicy
    /// The client's credentials, or the lack of them, or of encryption: nothing will be taken until a person mends that.
    case authentication
    /// The encryption that this client insists on.
    case encryption

    package enum RecipientFault: Hashable, Sendable {
        /// No such mailbox: the address is worth suppressing.
        case unknownAddress
        case mailboxFull
        case other
    }
}

extension ReplyClassification {
    /// Classifies a reply that refuses a command or a message (RFC 5321 §4.2, RFC 3463 §3).
    ///
    /// The basic code decides between temporary and permanent, the enhanced status code's subject and detail about
    /// whom. A reply that is no refusal at all (2xx, 3xx) has come out of turn: the endpoint's trouble.
    package init(refusalAt stage: TransactionStage, reply: Reply) {
        let status = reply.enhancedStatusCode
        switch (reply.code, stage) {
        case (421, _), (521, _): self = .endpointTrouble
        case (530, _), (534, _), (535, _), (538, _): self = .authentication
        // Not for now; the server may yet get well.
        case (400...499, .startTLS), (400...499, .authenticate): self = .endpointTrouble
        case (500...599, .startTLS): self = .encryption
        // A mechanism or a command that it does not know is as final as a wrong password.
        case (500...599, .authenticate): self = .authentication
        case (_, .connect), (_, .handshake), (_, .greeting), (_, .hello), (_, .startTLS), (_, .authenticate),
            (_, .idle),
            (_, .reset), (_, .quit):
            self = .endpointTrouble
        case (400...499, _): self = Self.temporary(reply.code, status)
        case (500...599, .mail): self = Self.permanentAtMail(reply.code, status)
        case (500...599, _): self = Self.permanent(reply.code, status, stage)
        default: self = .endpointTrouble
        }
    }

    /// Whether the server says that it is given too much at a time, or from too many connections: 421, 454, and any 4xx that
    /// speaks of policy (4.7.x), of congestion (4.4.5) or of the system not taking messages for now (4.3.2).
    ///
    /// It is so whomever the reply is about: a deferred recipient is tried again later in either case, but a sender that
    /// does not slow down is deferred for ever. Greylisting speaks of policy too, and is left out where the text owns up to
    /// it; so are trouble with credentials (4.7.8), and a 421 that ends an idle session or comes before a shutdown.
    package static func isThrottling(_ reply: Reply) -> Bool {
        guard reply.isTemporaryFailure else { return false }
        let status = reply.enhancedStatusCode
        switch (reply.code, status?.subject, status?.detail) {
        case (_, 7, 8): return false
        case (421, 4, 2): return false
        case (421, _, _): return !says(["timeout", "timed out", "shutting down", "shutdown"], reply)
        case (_, 7, _): return !says(["greylist", "graylist", "grey-list"], reply)
        case (454, nil, _), (_, 3, 2), (_, 4, 5): return true
        default: return false
        }
    }

    private static func says(_ words: [String], _ reply: Reply) -> Bool {
        let text = reply.text.lowercased()
        return words.contains { text.contains($0) }
    }

    private static func temporary(_ code: UInt16, _ status: EnhancedStatusCode?) -> Self {
        switch (code, status?.subject, status?.detail) {
        // 454 is STARTTLS or authentication not available for now, and throttling at some providers.
        case (454, _, _): .endpointTrouble
        // The receiving system, and the network.
        case (_, 3, _), (_, 4, _): .endpointTrouble
        // Temporary trouble with credentials.
        case (_, 7, 8): .endpointTrouble
        default: .recipientTemporary
        }
    }

    /// MAIL names the sender and the message's size, so a refusal of it is never about the recipient.
    private static func permanentAtMail(_ code: UInt16, _ status: EnhancedStatusCode?) -> Self {
        switch (code, status?.subject, status?.detail) {
        case (_, 7, 8): .authentication
        case (_, 3, 4), (_, 6, _), (552, _, _): .messageRefused
        case (_, 3, _), (_, 4, _): .endpointTrouble
        // A command not understood, not implemented or out of order.
        case (500, _, _), (502, _, _), (503, _, _): .endpointTrouble
        default: .senderPolicy
        }
    }

    private static func permanent(
        _ code: UInt16,
        _ status: EnhancedStatusCode?,
        _ stage: TransactionStage
    ) -> Self {
        switch (status?.subject, status?.detail) {
        case (1, 1), (1, 6), (1, 10): return .recipientPermanent(.unknownAddress)
        // The sender's address is refused, though only after MAIL.
        case (1, 7), (1, 8): return .senderPolicy
        // Other trouble with the address, and with the way to it.
        case (1, _), (4, _): return .recipientPermanent(.other)
        case (2, 2): return .recipientPermanent(.mailboxFull)
        case (2, _): return .recipientPermanent(.other)
        case (3, 4): return .messageRefused
        // Non-ASCII addresses not permitted: the recipient's, for the sender's would fail at MAIL.
        case (6, 7): return .recipientPermanent(.other)
        // No server on the way to this recipient supports REQUIRETLS (RFC 8689 §5).
        case (7, 30): return .recipientPermanent(.other)
        case (6, _): return .messageRefused
        case (7, 8): return .authentication
        // 552 5.7.0 is how some providers refuse dangerous content.
        case (7, _): return code == 552 && stage != .recipient ? .messageRefused : .senderPolicy
        default: return permanentByCode(code, stage)
        }
    }

    private static func permanentByCode(_ code: UInt16, _ stage: TransactionStage) -> Self {
        switch (code, stage) {
        // "Exceeded storage allocation" is about the mailbox at RCPT and about the message's size after it.
        case (552, .recipient): .recipientPermanent(.mailboxFull)
        case (552, _): .messageRefused
        // A line that the server finds too long.
        case (500, .finalReply), (500, .content): .messageRefused
        case (502, _), (503, _): .endpointTrouble
        case (_, .recipient): .recipientPermanent(.other)
        // The recipient was taken before: what is refused without a reason is the message, and others will meet the same.
        default: .messageRefused
        }
    }
}
