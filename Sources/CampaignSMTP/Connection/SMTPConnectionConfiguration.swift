/// How a connection presents itself and how long it waits.
package struct SMTPConnectionConfiguration: Hashable, Sendable {
    package enum Security: Hashable, Sendable {
        case none
        case startTLS(TLSClient)
        case implicitTLS(TLSClient)

        var client: TLSClient? {
            switch self {
            case .none: nil
            case .startTLS(let client), .implicitTLS(let client): client
            }
        }
    }

    /// This client's name in EHLO.
    package var greetingName: GreetingName
    package var greetingVerb: GreetingVerb
    package var timeouts: SMTPTimeouts
    package var security: Security
    /// Nil for sessions without AUTH.
    package var credentials: Credentials?
    /// Whether credentials may cross a session that is not encrypted.
    package var allowsPlaintextAuthentication: Bool
    package var terms: TransactionTerms

    package init(
        greetingName: GreetingName,
        greetingVerb: GreetingVerb = .ehlo,
        timeouts: SMTPTimeouts = SMTPTimeouts(),
        security: Security = .none,
        credentials: Credentials? = nil,
        allowsPlaintextAuthentication: Bool = false,
        terms: TransactionTerms = TransactionTerms()
    ) {
        self.greetingName = greetingName
        self.greetingVerb = greetingVerb
        self.timeouts = timeouts
        self.security = security
        self.credentials = credentials
        self.allowsPlaintextAuthentication = allowsPlaintextAuthentication
        self.terms = terms
    }

    /// What the machine is told of it.
    var session: SessionTerms {
        let security: SessionTerms.Security =
            switch self.security {
            case .none: .none
            case .startTLS: .startTLS
            case .implicitTLS: .implicitTLS
            }
        return SessionTerms(
            security: security, credentials: credentials,
            allowsPlaintextAuthentication: allowsPlaintextAuthentication)
    }
}
