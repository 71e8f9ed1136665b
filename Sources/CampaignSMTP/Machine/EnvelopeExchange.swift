/// One message's way through a session: what has been said of it, and what is to be said next.
struct EnvelopeExchange: Sendable {
    enum Step: Sendable {
        /// Nothing of it was written: the message before it must get its content, or its reply, first.
        case held
        /// Written; its reply is next, or comes after those of the message before it.
        case reset, mail, recipient, data
        /// The server waits for the content.
        case ready
        /// The content is on its way to the socket.
        case content
        /// The content was handed over whole.
        case finalReply
        /// A 354 has come although the recipient was refused: an empty message ends it.
        case endingRefused

        var stage: TransactionStage {
            switch self {
            case .held: .envelope
            case .reset: .reset
            case .mail: .mail
            case .recipient: .recipient
            case .data: .data
            case .ready: .prepared
            case .content: .content
            case .finalReply, .endingRefused: .finalReply
            }
        }

        /// Replies to come when the whole envelope was written as a group.
        func repliesOwed(isChunked: Bool) -> Int {
            let data = isChunked ? 0 : 1
            return switch self {
            case .held, .ready, .content: 0
            case .reset: 3 + data
            case .mail: 2 + data
            case .recipient: 1 + data
            case .data, .finalReply, .endingRefused: 1
            }
        }
    }

    let parameters: MailParameters
    var step = Step.held
    /// The first refusal: in a group the replies to the commands behind it are still to come.
    var refusal: Refusal?
    /// The server holds an open transaction: MAIL was taken, or RCPT without it.
    var isTransactionOpen = false
    /// The content may leave as soon as the server waits for it.
    var isContentReleased: Bool
    var isDiscarded = false
    /// The chunk written before this envelope was refused. RFC 3030 leaves open whether its transaction is then over, so
    /// 503 to MAIL is no refusal but asks for RSET.
    var followsRefusedChunk = false
    var isToBeRestarted = false

    init(parameters: MailParameters, isContentReleased: Bool) {
        self.parameters = parameters
        self.isContentReleased = isContentReleased
    }

    /// What becomes of the message when the session ends now.
    func result(of fault: ConnectionFault) -> TransactionResult {
        if step == .finalReply { return .inDoubt(fault) }
        // Replies that make no sense together: the refusal may be the one that is not about this recipient.
        if case .unexpectedReply = fault { return isDiscarded ? .discarded : .notSent(fault) }
        if let refusal { return .refused(refusal) }
        return isDiscarded ? .discarded : .notSent(fault)
    }
}
