/// How far the commands before the content have come.
struct EnvelopeExchange: Sendable {
    enum Step: Sendable {
        case reset, mail, recipient, data

        var stage: TransactionStage {
            switch self {
            case .reset: .reset
            case .mail: .mail
            case .recipient: .recipient
            case .data: .data
            }
        }
    }

    let parameters: MailParameters
    /// All commands went out in one write; their replies come one after the other.
    let isGroup: Bool
    /// The command whose reply is next.
    var step: Step
    /// The first refusal: in a group the replies to the commands behind it are still to come.
    var refusal: Refusal?
    /// The server holds an open transaction.
    var isMailAccepted = false

    init(parameters: MailParameters, isGroup: Bool, needsReset: Bool) {
        self.parameters = parameters
        self.isGroup = isGroup
        self.step = needsReset ? .reset : .mail
    }

    var firstWrite: SMTPClientMachine.Write {
        let resetFirst = step == .reset
        if isGroup { return .group(parameters, resetFirst: resetFirst) }
        return resetFirst ? .reset : .mail(parameters)
    }
}

extension SMTPClientMachine {
    mutating func envelopeReplied(_ reply: Reply, _ exchange: EnvelopeExchange) -> Actions {
        var exchange = exchange
        let stage = exchange.step.stage
        if reply.code == 421 {
            let refusal = exchange.refusal ?? Refusal(stage: stage, reply: reply)
            return close(.sessionRefused(stage, reply), completion: .refused(refusal))
        }
        switch exchange.step {
        case .reset:
            guard reply.isSuccess else { return end(.unexpectedReply(stage, reply)) }
            return advance(exchange, to: .mail, write: .mail(exchange.parameters))
        case .mail:
            guard reply.isSuccess || reply.code >= 400 else { return end(.unexpectedReply(stage, reply)) }
            exchange.isMailAccepted = reply.isSuccess
            if !reply.isSuccess { exchange.refusal = Refusal(stage: stage, reply: reply) }
            return advance(exchange, to: .recipient, write: .recipient)
        case .recipient:
            guard reply.isSuccess || reply.code >= 400 else { return end(.unexpectedReply(stage, reply)) }
            if reply.isSuccess, exchange.refusal != nil {
                // A recipient without a sender. Should DATA be taken too, ending it could deliver an empty message.
                return end(.unexpectedReply(stage, reply))
            }
            if !reply.isSuccess { exchange.refusal = exchange.refusal ?? Refusal(stage: stage, reply: reply) }
            return advance(exchange, to: .data, write: .data)
        case .data:
            return dataReplied(reply, exchange)
        }
    }

    /// Goes on to the next command, which in a group was written already; without one a refusal ends the transaction.
    private mutating func advance(
        _ exchange: EnvelopeExchange,
        to step: EnvelopeExchange.Step,
        write: Write
    ) -> Actions {
        if !exchange.isGroup, let refusal = exchange.refusal {
            return finish(.refused(refusal), needsReset: exchange.isMailAccepted)
        }
        var exchange = exchange
        exchange.step = step
        state = .envelope(exchange)
        return Actions(write: exchange.isGroup ? nil : write, timer: .start(step.stage))
    }

    private mutating func dataReplied(_ reply: Reply, _ exchange: EnvelopeExchange) -> Actions {
        if reply.code == 354 {
            guard let refusal = exchange.refusal else {
                state = .sendingContent
                return Actions(write: .content, timer: .start(.content))
            }
            // LMTP answers a final dot once per recipient taken: without one, never (RFC 2033 §4.2).
            guard greetingVerb != .lhlo else { return end(.unexpectedReply(.data, reply)) }
            state = .endingRefused(refusal)
            return Actions(write: .emptyContent, timer: .start(.finalReply))
        }
        guard reply.code >= 400 else { return end(.unexpectedReply(.data, reply)) }
        let refusal = exchange.refusal ?? Refusal(stage: .data, reply: reply)
        return finish(.refused(refusal), needsReset: exchange.isMailAccepted)
    }
}
