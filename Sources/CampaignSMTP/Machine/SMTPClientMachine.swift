/// The client's side of an SMTP session (RFC 5321) as a pure state machine: no socket, no clock, no bytes.
///
/// Every input returns what is to be done about it. A message to one recipient goes in two steps: `begin` brings its
/// envelope to the server, and when that waits for the content, `releaseContent` lets it go. One further message may be
/// begun meanwhile (`TransactionPipeline`). The machine alone decides what became of a message, and it errs on the safe
/// side: from the moment in which the executor reports the content as written, only a reply can say that the server has
/// not got it.
///
/// Before that it is opened (`SMTPClientMachine+Opening`): greeting, EHLO, TLS, AUTH, as `SessionTerms` ask for.
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
        /// The TLS handshake is under way.
        case securing
        case greeting
        case hello(GreetingVerb)
        /// STARTTLS was said.
        case startingTLS
        case authenticating(AuthenticationExchange)
        /// Transactions may be made; the pipeline knows how far they have come.
        case open
        case quitting
        case closed
    }

    let greetingVerb: GreetingVerb
    var state = State.initial
    /// Known from the reply to EHLO on; empty after HELO.
    package internal(set) var capabilities = Capabilities()
    let session: SessionTerms
    /// The handshake was made, with whom it should be.
    var isSecured = false
    /// How the server was shown who this is, once it is content.
    package internal(set) var authenticatedBy: AuthenticationMechanism?
    /// For SCRAM, never used before.
    let nonce: [UInt8]
    private let terms: TransactionTerms
    private var pipeline: TransactionPipeline
    private var quitsWhenDone = false

    /// - Parameter nonce: random bytes in printable US-ASCII without a comma, for one session.
    package init(
        greetingVerb: GreetingVerb = .ehlo, session: SessionTerms = SessionTerms(), nonce: [UInt8] = [],
        terms: TransactionTerms = TransactionTerms()
    ) {
        self.greetingVerb = greetingVerb
        self.session = session
        self.nonce = nonce
        self.terms = terms
        pipeline = TransactionPipeline([], isLMTP: greetingVerb == .lhlo)
    }

    /// True when a transaction may be begun.
    package var isReady: Bool { isOpen && !quitsWhenDone && pipeline.hasRoom }
    /// True when the session is open and no transaction is under way.
    package var isIdle: Bool { isOpen && pipeline.head == nil }
    package var isClosed: Bool { if case .closed = state { true } else { false } }
    private var isOpen: Bool { if case .open = state { true } else { false } }

    /// What is under way.
    package var stage: TransactionStage {
        switch state {
        case .initial: .connect
        case .securing: .handshake
        case .greeting: .greeting
        case .hello: .hello
        case .startingTLS: .startTLS
        case .authenticating: .authenticate
        case .open: pipeline.stage
        case .quitting, .closed: .quit
        }
    }

    // MARK: Inputs

    /// The connection is made; the server speaks first, inside of TLS if that is implicit.
    package mutating func connected() -> Actions {
        guard case .initial = state else { return Actions() }
        return session.security == .implicitTLS ? startHandshake() : awaitGreeting()
    }

    /// No connection could be made.
    package mutating func connectFailed(reason: String) -> Actions { end(.connectFailed(reason: reason)) }

    /// Brings a message's envelope to the server; the content stays until `releaseContent`.
    ///
    /// Refused here, without a byte sent, if what the server offers rules it out: a completion is then this message's.
    package mutating func begin(_ envelope: Envelope, isContentReleased: Bool = false) -> Actions {
        guard isReady else { return Actions(completion: .notSent(.notReady)) }
        if let refusal = localRefusal(of: envelope) { return Actions(completion: .refused(refusal)) }
        let offered = capabilities.extensions.subtracting(terms.unusedExtensions)
        let parameters = MailParameters(
            sizeBytes: offered.contains(.size) ? envelope.sizeBytes : nil,
            is8BitMIME: envelope.contains8BitBytes && offered.contains(.eightBitMIME),
            isSMTPUTF8: envelope.needsSMTPUTF8,
            isDSN: offered.contains(.dsn),
            isRequireTLS: terms.requiresTLS
        )
        return pipeline.begin(EnvelopeExchange(parameters: parameters, isContentReleased: isContentReleased))
    }

    /// Lets the content go, at once or when the server waits for it: from here on the server may end up with it.
    package mutating func releaseContent(_ place: MessagePlace = .first) -> Actions {
        isOpen ? pipeline.releaseContent(place) : Actions()
    }

    /// Gives up a message whose content was not released. Its completion may come later, with the replies to its envelope.
    package mutating func discard(_ place: MessagePlace) -> Actions {
        isOpen ? act(on: pipeline.discard(place)) : Actions()
    }

    /// The whole content was handed to the socket, or may have been.
    package mutating func contentWritten() -> Actions {
        isOpen ? pipeline.contentWritten() : Actions()
    }

    /// - Parameter isFollowed: whether further bytes had arrived together with the reply's.
    package mutating func replyReceived(_ reply: Reply, isFollowed: Bool = false) -> Actions {
        switch state {
        case .greeting:
            guard reply.code == 220 else { return end(.sessionRefused(.greeting, reply)) }
            return greet(greetingVerb)
        case .hello(let verb):
            return helloReplied(reply, verb)
        case .startingTLS:
            return startTLSReplied(reply, isFollowed: isFollowed)
        case .authenticating(let exchange):
            return authenticationReplied(reply, exchange)
        case .open where pipeline.head == nil && reply.code == 421:
            return end(.sessionRefused(.idle, reply))
        case .open:
            return act(on: pipeline.replied(reply))
        case .initial, .securing:
            return end(.unexpectedReply(stage, reply))
        case .quitting:
            return close(nil)
        case .closed:
            return Actions()
        }
    }

    /// How many replies the server owes for what was written to it.
    package var repliesOwed: Int {
        switch state {
        case .greeting, .hello, .startingTLS, .authenticating, .quitting: 1
        case .open: pipeline.repliesOwed
        case .initial, .securing, .closed: 0
        }
    }

    /// A reply that was there before the command went out that it would be taken for the answer to: it answers nothing, and
    /// neither do those behind it answer what they seem to. Only 421 may come unasked (RFC 5321 §3.8).
    package mutating func prematureReplyReceived(_ reply: Reply) -> Actions {
        if case .quitting = state { return close(nil) }
        return end(reply.code == 421 ? .sessionRefused(stage, reply) : .unexpectedReply(stage, reply))
    }

    /// What arrived is no reply.
    package mutating func replyMalformed(_ error: ReplyError) -> Actions { end(.malformedReply(stage, error)) }

    /// The timer last started has run out.
    package mutating func timedOut() -> Actions {
        if stage == .idle || stage == .prepared { return Actions() }
        return end(.timedOut(stage))
    }

    /// The server closed the connection, or the network did.
    package mutating func connectionClosed(reason: String? = nil) -> Actions {
        end(.connectionLost(stage, reason: reason))
    }

    /// Ends the session in good order, after the transactions that are under way.
    package mutating func quit() -> Actions {
        switch state {
        case .initial, .securing, .greeting, .hello, .startingTLS, .authenticating: return end(.closedLocally)
        case .open:
            quitsWhenDone = true
            return pipeline.head == nil ? sayQuit() : Actions()
        case .quitting, .closed: return Actions()
        }
    }

    /// Ends the session at once, whatever is under way.
    package mutating func abort() -> Actions { end(.closedLocally) }
}

// MARK: Transitions

extension SMTPClientMachine {
    mutating func open() -> Actions {
        let extensions = capabilities.extensions.subtracting(terms.unusedExtensions)
        pipeline = TransactionPipeline(extensions, isLMTP: greetingVerb == .lhlo)
        state = .open
        return Actions(timer: .stop, isOpened: true)
    }

    private mutating func sayQuit() -> Actions {
        state = .quitting
        return Actions(write: .quit, timer: .start(.quit))
    }

    private func localRefusal(of envelope: Envelope) -> Refusal? {
        if envelope.needsSMTPUTF8, !capabilities.extensions.contains(.smtpUTF8) {
            let text = "5.6.7 The address needs SMTPUTF8, which the server does not offer"
            return Refusal(stage: .envelope, reply: Reply(code: 550, text: text))
        }
        if terms.requiresTLS, !capabilities.extensions.contains(.requireTLS) {
            let text = "5.7.30 The message requires TLS all the way, and the server does not offer REQUIRETLS"
            return Refusal(stage: .envelope, reply: Reply(code: 550, text: text))
        }
        if let limit = capabilities.sizeLimitBytes, envelope.sizeBytes > limit {
            let text = "5.3.4 The message has \(envelope.sizeBytes) bytes, the server takes no more than \(limit)"
            return Refusal(stage: .envelope, reply: Reply(code: 552, text: text))
        }
        return nil
    }

    /// Carries out what the pipeline has decided.
    private mutating func act(on effect: TransactionPipeline.Effect) -> Actions {
        switch effect {
        case .actions(let actions): return actions
        case .failed(let fault): return end(fault)
        case .ended(let result, let fault):
            return close(fault, completion: result, nextCompletion: pipeline.next?.result(of: fault))
        case .finished(let result, let needsReset):
            var isChunkRefused = false
            if case .refused = result { isChunkRefused = pipeline.isChunked && pipeline.stage == .finalReply }
            var actions = pipeline.advance(needsReset: needsReset, refusedChunk: isChunkRefused)
            if quitsWhenDone, pipeline.head == nil { actions = sayQuit() }
            actions.completion = result
            return actions
        }
    }

    /// The session is over because of `fault`; what became of the messages follows from how far they had come.
    mutating func end(_ fault: ConnectionFault) -> Actions {
        switch state {
        case .initial, .securing, .greeting, .hello, .startingTLS, .authenticating: close(fault)
        case .open:
            close(
                fault, completion: pipeline.head?.result(of: fault), nextCompletion: pipeline.next?.result(of: fault))
        case .quitting: close(nil)
        case .closed: Actions()
        }
    }

    private mutating func close(
        _ fault: ConnectionFault?, completion: TransactionResult? = nil, nextCompletion: TransactionResult? = nil
    ) -> Actions {
        state = .closed
        return Actions(
            timer: .stop, completion: completion, nextCompletion: nextCompletion, isClosing: true, fault: fault)
    }
}
