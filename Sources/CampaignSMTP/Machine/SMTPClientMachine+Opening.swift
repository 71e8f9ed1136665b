/// From the connection to the open session.
///
///     connected ─► [handshake] ─► greeting ─► hello ─► [startTLS ─► handshake ─► hello] ─► [authenticate] ─► open
///
/// What is asked for and cannot be had ends the session: there is no way back to less.
extension SMTPClientMachine {
    // MARK: Inputs

    /// The handshake is made, the certificate verified, and its name is the server's.
    package mutating func secured() -> Actions {
        guard case .securing = state else { return Actions() }
        isSecured = true
        guard session.security == .startTLS else { return awaitGreeting() }
        // What was said in the clear may have been anybody's (RFC 3207 §4.2).
        capabilities = Capabilities()
        return greet(greetingVerb)
    }

    /// The handshake came to nothing.
    package mutating func handshakeFailed(_ fault: TLSFault) -> Actions {
        guard case .securing = state else { return Actions() }
        // After its consent to STARTTLS a server has nothing more to say in plain text.
        return end(.tls(session.security == .startTLS && fault == .plainText ? .injected : fault))
    }

    // MARK: Transitions

    mutating func startHandshake() -> Actions {
        state = .securing
        return Actions(timer: .start(.handshake), startsTLS: true)
    }

    mutating func awaitGreeting() -> Actions {
        state = .greeting
        return Actions(timer: .start(.greeting))
    }

    mutating func greet(_ verb: GreetingVerb) -> Actions {
        state = .hello(verb)
        return Actions(write: .greeting(verb), timer: .start(.hello))
    }

    mutating func helloReplied(_ reply: Reply, _ verb: GreetingVerb) -> Actions {
        if reply.isSuccess {
            capabilities = verb == .helo ? Capabilities() : Capabilities(helloReply: reply)
            guard session.security == .startTLS, !isSecured else { return authenticate() }
            guard capabilities.extensions.contains(.startTLS) else { return end(.tls(.notOffered)) }
            state = .startingTLS
            return Actions(write: .startTLS, timer: .start(.startTLS))
        }
        // 521 and the authentication codes speak of the session, not of the verb.
        let isAboutVerb = reply.isPermanentFailure && ![521, 530, 535].contains(reply.code)
        guard verb == .ehlo, isAboutVerb else { return end(.sessionRefused(.hello, reply)) }
        // HELO brings no extensions, and so neither of these.
        if session.security == .startTLS, !isSecured { return end(.tls(.notOffered)) }
        if let credentials = session.credentials {
            return end(.authentication(.noMechanism(asked: credentials.mechanism, offered: [])))
        }
        return greet(.helo)
    }

    mutating func startTLSReplied(_ reply: Reply, isFollowed: Bool) -> Actions {
        guard reply.code == 220 else {
            guard reply.code >= 400 else { return end(.unexpectedReply(.startTLS, reply)) }
            // 421 and 4xx may pass.
            switch ReplyClassification(refusalAt: .startTLS, reply: reply) {
            case .endpointTrouble: return end(.sessionRefused(.startTLS, reply))
            default: return end(.tls(.refused(reply)))
            }
        }
        // Taken for what the server says inside of TLS, these bytes would be a stranger's in the server's name.
        guard !isFollowed else { return end(.tls(.injected)) }
        return startHandshake()
    }

    private mutating func authenticate() -> Actions {
        guard let credentials = session.credentials else { return open() }
        guard isSecured || session.allowsPlaintextAuthentication else { return end(.authentication(.notEncrypted)) }
        let offered = capabilities.authMechanisms
        guard let mechanism = AuthenticationMechanism.chosen(asked: credentials.mechanism, offered: offered) else {
            return end(.authentication(.noMechanism(asked: credentials.mechanism, offered: offered)))
        }
        var exchange = AuthenticationExchange(credentials, mechanism: mechanism, nonce: nonce)
        return say(exchange.begin(), exchange)
    }

    mutating func authenticationReplied(_ reply: Reply, _ exchange: AuthenticationExchange) -> Actions {
        var exchange = exchange
        do throws(AuthenticationFault) {
            switch reply.code {
            case 235:
                try exchange.succeeded()
                authenticatedBy = exchange.mechanism
                return open()
            case 334: return say(try exchange.challenged(reply.textBytes), exchange)
            case 400...: return authenticationRefused(reply, exchange)
            default: return end(.unexpectedReply(.authenticate, reply))
            }
        } catch {
            return end(.authentication(error))
        }
    }

    /// A reply as it may be shown to people: what AUTH has brought up, the server may repeat.
    func withoutSecrets(_ reply: Reply) -> Reply {
        guard case .authenticating(let exchange) = state else { return reply }
        if reply.code == 334 { return Reply(code: reply.code, text: reply.textBytes.isEmpty ? "" : "<redacted>") }
        guard case .refused(_, let shown) = exchange.refused(reply) else { return reply }
        return shown
    }

    private mutating func authenticationRefused(_ reply: Reply, _ exchange: AuthenticationExchange) -> Actions {
        let fault = exchange.refused(reply)
        guard case .refused(_, let scrubbed) = fault,
            case .endpointTrouble = ReplyClassification(refusalAt: .authenticate, reply: reply)
        else { return end(.authentication(fault)) }
        return end(.sessionRefused(.authenticate, scrubbed))
    }

    private mutating func say(_ line: Secret, _ exchange: AuthenticationExchange) -> Actions {
        state = .authenticating(exchange)
        return Actions(write: .authentication(line), timer: .start(.authenticate))
    }
}
