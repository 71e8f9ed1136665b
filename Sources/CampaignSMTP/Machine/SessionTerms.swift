/// What a session must be before a message is entrusted to it.
package struct SessionTerms: Hashable, Sendable {
    package enum Security: Hashable, Sendable {
        case none
        /// STARTTLS (RFC 3207). A server that does not offer it gets nothing.
        case startTLS
        /// TLS from the first byte (RFC 8314 §3.3).
        case implicitTLS
    }

    package var security: Security
    /// Nil for a session without AUTH.
    package var credentials: Credentials?
    /// Whether credentials may cross a session that is not encrypted.
    package var allowsPlaintextAuthentication: Bool

    package init(
        security: Security = .none, credentials: Credentials? = nil, allowsPlaintextAuthentication: Bool = false
    ) {
        self.security = security
        self.credentials = credentials
        self.allowsPlaintextAuthentication = allowsPlaintextAuthentication
    }
}
