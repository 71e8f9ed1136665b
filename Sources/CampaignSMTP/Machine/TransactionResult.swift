/// A server's (or, at stage `.envelope`, this client's) refusal of a message to one recipient.
package struct Refusal: Hashable, Sendable {
    package let stage: TransactionStage
    /// The server's reply. At stage `.envelope` nothing was sent and the reply is what a server would have said.
    package let reply: Reply
    /// Whom the refusal is about.
    package let classification: ReplyClassification
    /// Whether the server asks for less at a time.
    package var isThrottling: Bool { ReplyClassification.isThrottling(reply) }

    package init(stage: TransactionStage, reply: Reply) {
        self.stage = stage
        self.reply = reply
        self.classification = ReplyClassification(refusalAt: stage, reply: reply)
    }
}

/// What became of one message to one recipient.
package enum TransactionResult: Hashable, Sendable {
    /// The server has taken responsibility: 2xx to the final dot.
    case accepted(Reply)
    /// The server has said no: it has not taken the message.
    case refused(Refusal)
    /// The connection failed before the terminator was handed over: the message may be sent anywhere, safely.
    case notSent(ConnectionFault)
    /// The connection failed between the terminator and its reply: the server may have the message (RFC 1047).
    /// Must never be sent again silently.
    case inDoubt(ConnectionFault)
    /// Given up at the client's own wish before its content was released.
    case discarded
}
