/// The client's side of an SMTP session (RFC 5321) as a pure state machine: no socket, no clock, no bytes.
///
/// Every input returns what is to be done about it. One message to one recipient is under way at a time; the session
/// stays open for the next. The machine alone decides what became of a message, and it errs on the safe side: from the
/// moment in which the executor reports the content as written, only a reply can say that the server has not got it.
///
/// TLS and AUTH belong between `.hello` and `.ready`, CHUNKING beside the `.data` step of `EnvelopeExchange`.
package struct SMTPClientMachine: Sendable {
    /// What the machine must know of a message.
    package struct Envelope: Hashable, Sendable {
        package var sizeBytes: Int
        package var contains8BitBytes: Bool
        /// An address of the envelope goes beyond US-ASCII.
        package var needsSMTPUTF8: Bool

        package init(sizeBytes: Int, contains8BitBytes: Bool, needsSMTPUTF8: Bool) {
            self.sizeBytes = sizeBytes
            self.contains8BitBytes = contains8BitBytes
            self.needsSMTPUTF8 = needsSMTPUTF8
        }
    }

    enum State: Sendable {
        case initial
        case greeting
        case hello(GreetingVerb)
        case ready(needsReset: Bool)
        case envelope(EnvelopeExchange)
        case sendingContent
        case awaitingFinalReply
        /// A 354 has come although the recipient was refused: an empty message ends it.
        case endingRefused(Refusal)
        case quitting
        case closed
    }

    let greetingVerb: GreetingVerb
    var state = State.initial
    /// Known from the reply to EHLO on; empty after HELO.
    package private(set) var capabilities = Capabilities()
    private var quitsWhenDone = false

    package init(greetingVerb: GreetingVerb = .ehlo) {
        self.greetingVerb = greetingVerb
    }

    /// True when a transaction may be submitted.
    package var isReady: Bool { if case .ready = state { true } else { false } }
    package var isClosed: Bool { if case .closed = state { true } else { false } }

    /// What is under way.
    package var stage: TransactionStage {
        switch state {
        case .initial: .connect
        case .greeting: .greeting
        case .hello: .hello
        case .ready: .idle
        case .envelope(let exchange): exchange.step.stage
        case .sendingContent: .content
        case .awaitingFinalReply: .finalReply
        case .endingRefused: .finalReply
        case .quitting, .closed: .quit
        }
    }

    // MARK: Inputs

    /// The connection is made; the server speaks first.
    package mutating func connected() -> Actions {
        guard case .initial = state else { return Actions() }
        state = .greeting
        return Actions(timer: .start(.greeting))
    }

    /// No connection could be made.
    package mutating func connectFailed(reason: String) -> Actions { end(.connectFailed(reason: reason)) }

    /// A message for one recipient. Refused here, without a byte sent, if what the server offers rules it out.
    package mutating func submit(_ envelope: Envelope) -> Actions {
        guard case .ready(let needsReset) = state else { return Actions(completion: .notSent(.notReady)) }
        if let refusal = localRefusal(of: envelope) { return Actions(completion: .refused(refusal)) }
        let exchange = EnvelopeExchange(
            parameters: MailParameters(
                sizeBytes: capabilities.extensions.contains(.size) ? envelope.sizeBytes : nil,
                is8BitMIME: envelope.contains8BitBytes && capabilities.extensions.contains(.eightBitMIME),
                isSMTPUTF8: envelope.needsSMTPUTF8
            ),
            isGroup: capabilities.extensions.contains(.pipelining),
            needsReset: needsReset
        )
        state = .envelope(exchange)
        return Actions(write: exchange.firstWrite, timer: .start(exchange.step.stage))
    }

    /// The whole content, terminator included, was handed to the socket.
    package mutating func contentWritten() -> Actions {
        guard case .sendingContent = state else { return Actions() }
        state = .awaitingFinalReply
        return Actions(timer: .start(.finalReply))
    }

    package mutating func replyReceived(_ reply: Reply) -> Actions {
        switch state {
        case .greeting:
            guard reply.code == 220 else { return end(.sessionRefused(.greeting, reply)) }
            return greet(greetingVerb)
        case .hello(let verb):
            return helloReplied(reply, verb)
        case .envelope(let exchange):
            return envelopeReplied(reply, exchange)
        case .sendingContent:
            // The server has not seen the terminator, so it cannot have taken the message; mid-content there is no
            // way to go on but to close.
            guard reply.code >= 400 else { return end(.unexpectedReply(.content, reply)) }
            return close(.sessionRefused(.content, reply), completion: .refused(Refusal(stage: .content, reply: reply)))
        case .awaitingFinalReply:
            if reply.isSuccess { return finish(.accepted(reply)) }
            guard reply.code >= 400 else { return end(.unexpectedReply(.finalReply, reply)) }
            return refuse(Refusal(stage: .finalReply, reply: reply), closing: reply, needsReset: false)
        case .endingRefused(let refusal):
            return refuse(refusal, closing: reply, needsReset: false)
        case .ready where reply.code == 421:
            return end(.sessionRefused(.idle, reply))
        case .initial, .ready:
            return end(.unexpectedReply(stage, reply))
        case .quitting:
            return close(nil)
        case .closed:
            return Actions()
        }
    }

    /// What arrived is no reply.
    package mutating func replyMalformed(_ error: ReplyError) -> Actions { end(.malformedReply(stage, error)) }

    /// The timer last started has run out.
    package mutating func timedOut() -> Actions {
        if case .ready = state { return Actions() }
        return end(.timedOut(stage))
    }

    /// The server closed the connection, or the network did.
    package mutating func connectionClosed(reason: String? = nil) -> Actions {
        end(.connectionLost(stage, reason: reason))
    }

    /// Ends the session in good order, after the transaction that is under way.
    package mutating func quit() -> Actions {
        switch state {
        case .initial, .greeting, .hello: return end(.closedLocally)
        case .ready:
            state = .quitting
            return Actions(write: .quit, timer: .start(.quit))
        case .envelope, .sendingContent, .awaitingFinalReply, .endingRefused:
            quitsWhenDone = true
            return Actions()
        case .quitting, .closed: return Actions()
        }
    }

    /// Ends the session at once, whatever is under way.
    package mutating func abort() -> Actions { end(.closedLocally) }
}

// MARK: Transitions

extension SMTPClientMachine {
    private mutating func greet(_ verb: GreetingVerb) -> Actions {
        state = .hello(verb)
        return Actions(write: .greeting(verb), timer: .start(.hello))
    }

    private mutating func helloReplied(_ reply: Reply, _ verb: GreetingVerb) -> Actions {
        if reply.isSuccess {
            capabilities = verb == .helo ? Capabilities() : Capabilities(helloReply: reply)
            state = .ready(needsReset: false)
            return Actions(timer: .stop, isOpened: true)
        }
        // 521 and the authentication codes speak of the session, not of the verb.
        let isAboutVerb = reply.isPermanentFailure && ![521, 530, 535].contains(reply.code)
        guard verb == .ehlo, isAboutVerb else { return end(.sessionRefused(.hello, reply)) }
        return greet(.helo)
    }

    private func localRefusal(of envelope: Envelope) -> Refusal? {
        if envelope.needsSMTPUTF8, !capabilities.extensions.contains(.smtpUTF8) {
            let text = "5.6.7 The address needs SMTPUTF8, which the server does not offer"
            return Refusal(stage: .envelope, reply: Reply(code: 550, text: text))
        }
        if let limit = capabilities.sizeLimitBytes, envelope.sizeBytes > limit {
            let text = "5.3.4 The message has \(envelope.sizeBytes) bytes, the server takes no more than \(limit)"
            return Refusal(stage: .envelope, reply: Reply(code: 552, text: text))
        }
        return nil
    }

    /// The transaction is over and the session goes on, unless it was asked to end.
    mutating func finish(_ result: TransactionResult, needsReset: Bool = false) -> Actions {
        guard quitsWhenDone else {
            state = .ready(needsReset: needsReset)
            return Actions(timer: .stop, completion: result)
        }
        state = .quitting
        return Actions(write: .quit, timer: .start(.quit), completion: result)
    }

    /// The transaction was refused; the session ends too if the last reply was 421.
    mutating func refuse(_ refusal: Refusal, closing reply: Reply, needsReset: Bool) -> Actions {
        guard reply.code == 421 else { return finish(.refused(refusal), needsReset: needsReset) }
        return close(.sessionRefused(refusal.stage, reply), completion: .refused(refusal))
    }

    /// The session is over because of `fault`; what became of the message follows from how far it had come.
    mutating func end(_ fault: ConnectionFault) -> Actions {
        switch state {
        case .initial, .greeting, .hello, .ready: close(fault)
        case .envelope(let exchange):
            close(fault, completion: exchange.refusal.map(TransactionResult.refused) ?? .notSent(fault))
        case .sendingContent: close(fault, completion: .notSent(fault))
        case .awaitingFinalReply: close(fault, completion: .inDoubt(fault))
        case .endingRefused(let refusal): close(fault, completion: .refused(refusal))
        case .quitting: close(nil)
        case .closed: Actions()
        }
    }

    mutating func close(_ fault: ConnectionFault?, completion: TransactionResult? = nil) -> Actions {
        state = .closed
        return Actions(timer: .stop, completion: completion, isClosing: true, fault: fault)
    }
}
