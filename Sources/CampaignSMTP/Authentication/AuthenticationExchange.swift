/// The AUTH command's dialogue (RFC 4954 §4): what this side says, challenge after challenge. Pure.
///
///     C: AUTH PLAIN AGFubgBzM2NyZXQ=
///     S: 235 2.7.0 Authentication successful
package struct AuthenticationExchange: Sendable {
    private enum State: Sendable {
        /// The whole response, still to be sent; nil when it went along with the command.
        case response(Secret?)
        /// LOGIN asks for the name, then for the password.
        case loginName, loginPassword
        case scram(ScramExchange)
        /// Everything was said.
        case ended
    }

    package let mechanism: AuthenticationMechanism
    private let credentials: Credentials
    private var state: State
    /// What has been sent, so that it can be taken out of replies that repeat it.
    private var sent: [Secret] = []

    /// Longest command line, its end included (RFC 5321 §4.5.3.1.4): a response that does not fit waits to be asked for.
    private static let commandLengthMaxBytes = 512
    /// Shorter words than this say nothing, and would take half of a reply away.
    private static let scrubbedLengthMinBytes = 4

    /// - Parameter nonce: for SCRAM; printable US-ASCII without a comma, never used before.
    package init(_ credentials: Credentials, mechanism: AuthenticationMechanism, nonce: [UInt8]) {
        self.mechanism = mechanism
        self.credentials = credentials
        let user = Array(credentials.user.utf8)
        let secret = credentials.secret.bytes
        switch mechanism {
        case .plain: state = .response(Secret([0] + user + [0] + secret))
        case .login: state = .loginName
        case .xoauth2:
            let fields = Array("user=".utf8) + user + Array("\u{1}auth=Bearer ".utf8) + secret + [1, 1]
            state = .response(Secret(fields))
        case .scramSHA256: state = .scram(ScramExchange(credentials, nonce: nonce))
        }
    }

    /// The AUTH command, with the first response where that fits. CRLF is not part of it.
    package mutating func begin() -> Secret {
        let command = Array("AUTH \(mechanism.rawValue)".utf8)
        let first: [UInt8]? =
            switch state {
            case .response(let response): response?.bytes
            case .scram(let scram): scram.first
            case .loginName, .loginPassword, .ended: nil
            }
        guard let first else { return Secret(command) }
        let line = command + [0x20] + Base64.encode(first)
        guard line.count + 2 <= Self.commandLengthMaxBytes else { return Secret(command) }
        if case .response = state { state = .response(nil) }
        return remember(line)
    }

    /// Answers a challenge: the text of a 334 reply.
    ///
    /// - Returns: the line to be sent, without CRLF.
    package mutating func challenged(_ text: [UInt8]) throws(AuthenticationFault) -> Secret {
        switch state {
        case .response(let response?):
            state = .response(nil)
            return remember(Base64.encode(response.bytes))
        case .response(nil) where mechanism == .xoauth2:
            // The challenge tells what is wrong; an empty answer brings the reply with the code.
            state = .ended
            return Secret([])
        case .loginName:
            state = .loginPassword
            return remember(Base64.encode(Array(credentials.user.utf8)))
        case .loginPassword:
            state = .ended
            return remember(Base64.encode(credentials.secret.bytes))
        case .scram(var scram):
            guard let message = Base64.decode(text) else { throw .badChallenge(mechanism, "it is not base64") }
            defer { state = .scram(scram) }
            guard scram.isAnswered else {
                // A server that wants to be told the first message again has not read the command.
                if message.isEmpty { return remember(Base64.encode(scram.first)) }
                return remember(Base64.encode(try scram.answer(message)))
            }
            // An error is told by the reply after it.
            if message.starts(with: "e=".utf8) { return Secret([]) }
            try scram.verify(message)
            return Secret([])
        case .response(nil), .ended: throw .badChallenge(mechanism, "everything was said")
        }
    }

    /// The server has said 235.
    ///
    /// - Throws: where it would have had to prove itself, and has not.
    package func succeeded() throws(AuthenticationFault) {
        if case .scram(let scram) = state, !scram.isServerProven { throw .serverNotProven }
    }

    /// The refusal without what was sent and without the password: servers repeat commands that they do not understand.
    package func refused(_ reply: Reply) -> AuthenticationFault {
        var text = reply.textBytes
        var words = sent.map(\.bytes)
        // The line as a whole, and its arguments alone.
        words += words.compactMap { line in line.lastIndex(of: 0x20).map { Array(line[($0 + 1)...]) } }
        words.append(credentials.secret.bytes)
        words.append(Base64.encode(credentials.secret.bytes))
        for word in words where word.count >= Self.scrubbedLengthMinBytes {
            text.replace(word, with: "<redacted>".utf8)
        }
        return .refused(mechanism, Reply(code: reply.code, textBytes: text))
    }

    private mutating func remember(_ line: [UInt8]) -> Secret {
        let secret = Secret(line)
        sent.append(secret)
        return secret
    }
}
