/// The messages of an open session, at most two: one that is being sent, and the envelope of the next (RFC 2920 §3.1).
///
/// The second's commands may be written behind the first's content, never before it, and its content never before the final
/// reply to the first. So at most one message is between its end and its reply, and replies belong to the first as long
/// as there is one.
struct TransactionPipeline: Sendable {
    let isPipelined: Bool
    /// Content crosses by `BDAT n LAST`. Only with PIPELINING: a server that offers CHUNKING offers that too.
    let isChunked: Bool
    private let isLMTP: Bool

    var head: EnvelopeExchange?
    var next: EnvelopeExchange?
    /// The server still holds a transaction that came to nothing.
    private var needsReset = false

    init(_ extensions: Capabilities.Extensions, isLMTP: Bool) {
        isPipelined = extensions.contains(.pipelining)
        isChunked = isPipelined && extensions.contains(.chunking)
        self.isLMTP = isLMTP
    }

    var stage: TransactionStage { head?.step.stage ?? .idle }
    /// One message may be begun while another is under way; without PIPELINING its commands wait for the other's reply.
    var hasRoom: Bool { next == nil }

    /// How many replies are to come to what was written.
    var repliesOwed: Int { (head.map(repliesOwed) ?? 0) + (next.map(repliesOwed) ?? 0) }

    private func repliesOwed(to exchange: EnvelopeExchange) -> Int {
        let step = exchange.step.repliesOwed(isChunked: isChunked)
        return isPipelined ? step : min(step, 1)
    }

    /// What an input leads to. The machine carries it out, for it alone knows whether the session is to go on.
    enum Effect {
        case actions(SMTPClientMachine.Actions)
        /// The first message is over; the session goes on with the next.
        case finished(TransactionResult, needsReset: Bool)
        /// The first message is over, and so is the session.
        case ended(TransactionResult, ConnectionFault)
        /// The session is over; what became of the messages follows from how far they had come.
        case failed(ConnectionFault)
    }

    // MARK: Beginning, releasing, giving up

    /// Takes a message whose place is free.
    mutating func begin(_ exchange: EnvelopeExchange) -> SMTPClientMachine.Actions {
        guard let head else {
            self.head = exchange
            return startHead()
        }
        next = exchange
        guard isPipelined, head.step == .finalReply else { return SMTPClientMachine.Actions() }
        return SMTPClientMachine.Actions(write: .groupOfNext(groupForNext()))
    }

    /// Lets the content go: now if the server waits for it, else as soon as it does.
    mutating func releaseContent(_ place: MessagePlace) -> SMTPClientMachine.Actions {
        guard place == .first else {
            next?.isContentReleased = true
            return SMTPClientMachine.Actions()
        }
        guard head?.isDiscarded == false else { return SMTPClientMachine.Actions() }
        head?.isContentReleased = true
        return head?.step == .ready ? sendContent() : SMTPClientMachine.Actions()
    }

    /// Gives a message up whose content was not released; others are left alone.
    mutating func discard(_ place: MessagePlace) -> Effect {
        guard place == .first else {
            guard var exchange = next, !exchange.isContentReleased else { return .actions(.init()) }
            if exchange.step == .held {
                next = nil
                return .actions(SMTPClientMachine.Actions(nextCompletion: .discarded))
            }
            exchange.isDiscarded = true
            next = exchange
            return .actions(.init())
        }
        guard let exchange = head, !exchange.isContentReleased else { return .actions(.init()) }
        head?.isDiscarded = true
        guard exchange.step == .ready else { return .actions(.init()) }
        // After 354 the only way not to send a message, not even an empty one, is to leave.
        return isChunked ? .finished(.discarded, needsReset: true) : .ended(.discarded, .closedLocally)
    }

    /// The content was handed to the socket whole, or may have been.
    mutating func contentWritten() -> SMTPClientMachine.Actions {
        guard head?.step == .content else { return SMTPClientMachine.Actions() }
        head?.step = .finalReply
        var actions = SMTPClientMachine.Actions(timer: .start(.finalReply))
        if isPipelined, next?.step == .held { actions.write = .groupOfNext(groupForNext()) }
        return actions
    }

    /// Goes on with the message behind the one that is over.
    mutating func advance(needsReset: Bool, refusedChunk: Bool) -> SMTPClientMachine.Actions {
        self.needsReset = needsReset
        head = next
        next = nil
        guard let step = head?.step else { return SMTPClientMachine.Actions(timer: .stop) }
        if step == .held { return startHead() }
        head?.followsRefusedChunk = refusedChunk
        return SMTPClientMachine.Actions(timer: .start(step.stage))
    }

    // MARK: Writing

    private mutating func startHead() -> SMTPClientMachine.Actions {
        guard let parameters = head?.parameters else { return SMTPClientMachine.Actions() }
        let resetFirst = needsReset
        needsReset = false
        let step: EnvelopeExchange.Step = resetFirst ? .reset : .mail
        head?.step = step
        let write: SMTPClientMachine.Write =
            isPipelined
            ? .group(EnvelopeGroup(parameters, resetFirst: resetFirst, endsWithData: !isChunked))
            : resetFirst ? .reset : .mail(parameters)
        return SMTPClientMachine.Actions(write: write, timer: .start(step.stage))
    }

    /// The next message's commands, to be written behind content: nothing is left open there that RSET would have to end.
    private mutating func groupForNext() -> EnvelopeGroup {
        next?.step = .mail
        return EnvelopeGroup(next?.parameters ?? MailParameters(), endsWithData: !isChunked)
    }

    private mutating func sendContent() -> SMTPClientMachine.Actions {
        head?.step = .content
        let group = isPipelined && next?.step == .held ? groupForNext() : nil
        return SMTPClientMachine.Actions(
            write: .content(isChunked ? .lastChunk : .data, followedBy: group), timer: .start(.content))
    }

    // MARK: Replies

    /// A reply to the first message; there is one.
    ///
    /// The message's exchange is changed in its place all along: this is the machine's busiest path, and copies of it were a good
    /// part of what a reply cost.
    mutating func replied(_ reply: Reply) -> Effect {
        guard let step = head?.step else { return .failed(.unexpectedReply(.idle, reply)) }
        switch step {
        case .held: return .failed(.unexpectedReply(.envelope, reply))
        case .reset, .mail, .recipient, .data: return envelopeReplied(reply, step)
        case .ready:
            // Whatever it is, it answers nothing. A refusal says that the server has lost patience.
            let fault: ConnectionFault =
                reply.code >= 400 ? .sessionRefused(.prepared, reply) : .unexpectedReply(.prepared, reply)
            return .failed(fault)
        case .content:
            // The server has not seen the end of it, so it cannot have taken the message; mid-content there is no way to
            // go on but to close.
            guard reply.code >= 400 else { return .failed(.unexpectedReply(.content, reply)) }
            return .ended(.refused(Refusal(stage: .content, reply: reply)), .sessionRefused(.content, reply))
        case .finalReply:
            if reply.isSuccess { return .finished(.accepted(reply), needsReset: false) }
            guard reply.code >= 400 else { return .failed(.unexpectedReply(.finalReply, reply)) }
            return refuse(Refusal(stage: .finalReply, reply: reply), last: reply)
        case .endingRefused:
            guard let refusal = head?.refusal else { return .failed(.unexpectedReply(.finalReply, reply)) }
            return refuse(refusal, last: reply)
        }
    }

    /// Content that was refused leaves no transaction open; with CHUNKING that is less than certain, and RSET makes it so.
    private func refuse(_ refusal: Refusal, last reply: Reply) -> Effect {
        if reply.code == 421 { return .ended(.refused(refusal), .sessionRefused(refusal.stage, reply)) }
        return .finished(.refused(refusal), needsReset: isChunked)
    }

    private mutating func envelopeReplied(_ reply: Reply, _ step: EnvelopeExchange.Step) -> Effect {
        let stage = step.stage
        if reply.code == 421 {
            let refusal = head?.refusal ?? Refusal(stage: stage, reply: reply)
            return .ended(isDiscarded ? .discarded : .refused(refusal), .sessionRefused(stage, reply))
        }
        switch step {
        case .reset:
            guard reply.isSuccess else { return .failed(.unexpectedReply(stage, reply)) }
            return proceed(to: .mail)
        case .mail:
            guard reply.isSuccess || reply.code >= 400 else { return .failed(.unexpectedReply(stage, reply)) }
            head?.isTransactionOpen = reply.isSuccess
            if reply.code == 503, head?.followsRefusedChunk == true { head?.isToBeRestarted = true }
            if !reply.isSuccess { head?.refusal = Refusal(stage: stage, reply: reply) }
            return proceed(to: .recipient)
        case .recipient:
            guard reply.isSuccess || reply.code >= 400 else { return .failed(.unexpectedReply(stage, reply)) }
            if reply.isSuccess { head?.isTransactionOpen = true }
            if reply.isSuccess, isRefused, !isToBeRestarted {
                // A recipient without a sender: more likely one of the replies is none of these. Should DATA be taken too,
                // ending it could deliver an empty message.
                return .failed(.unexpectedReply(stage, reply))
            }
            if !reply.isSuccess { refuseHead(stage, reply) }
            return isChunked ? envelopeEnded() : proceed(to: .data)
        case .data: return dataReplied(reply)
        case .held, .ready, .content, .finalReply, .endingRefused: return .failed(.unexpectedReply(stage, reply))
        }
    }

    private var isRefused: Bool { head?.refusal != nil }
    private var isDiscarded: Bool { head?.isDiscarded == true }
    private var isToBeRestarted: Bool { head?.isToBeRestarted == true }

    /// The first refusal counts.
    private mutating func refuseHead(_ stage: TransactionStage, _ reply: Reply) {
        if !isRefused { head?.refusal = Refusal(stage: stage, reply: reply) }
    }

    /// Goes on to the next command, which in a group was written already; without one a refusal ends the transaction.
    private mutating func proceed(to step: EnvelopeExchange.Step) -> Effect {
        if !isPipelined, isRefused || isDiscarded { return envelopeEnded() }
        head?.step = step
        return .actions(
            SMTPClientMachine.Actions(write: isPipelined ? nil : command(of: step), timer: .start(step.stage)))
    }

    private func command(of step: EnvelopeExchange.Step) -> SMTPClientMachine.Write? {
        switch step {
        case .mail: head.map { .mail($0.parameters) }
        case .recipient: .recipient
        case .data: .data
        case .held, .reset, .ready, .content, .finalReply, .endingRefused: nil
        }
    }

    private mutating func dataReplied(_ reply: Reply) -> Effect {
        guard reply.code == 354 else {
            guard reply.code >= 400 else { return .failed(.unexpectedReply(.data, reply)) }
            refuseHead(.data, reply)
            return envelopeEnded()
        }
        guard let refusal = head?.refusal else { return envelopeEnded() }
        // LMTP answers a final dot once per recipient taken: without one, never (RFC 2033 §4.2).
        guard !isLMTP else { return .ended(.refused(refusal), .unexpectedReply(.data, reply)) }
        head?.step = .endingRefused
        return .actions(SMTPClientMachine.Actions(write: .emptyContent, timer: .start(.finalReply)))
    }

    /// Every command of the envelope has its reply.
    private mutating func envelopeEnded() -> Effect {
        if isToBeRestarted, let exchange = head {
            head = EnvelopeExchange(parameters: exchange.parameters, isContentReleased: exchange.isContentReleased)
            head?.isDiscarded = exchange.isDiscarded
            needsReset = true
            return .actions(startHead())
        }
        let isTransactionOpen = head?.isTransactionOpen == true
        if let refusal = head?.refusal { return .finished(.refused(refusal), needsReset: isTransactionOpen) }
        if isDiscarded {
            return isChunked || head?.step != .data
                ? .finished(.discarded, needsReset: true) : .ended(.discarded, .closedLocally)
        }
        head?.step = .ready
        if head?.isContentReleased == true { return .actions(sendContent()) }
        return .actions(SMTPClientMachine.Actions(timer: .stop, isReadyForContent: true))
    }
}
