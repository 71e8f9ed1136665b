/// A way to show a server who is there (SASL, RFC 4422), by its registered name.
package enum AuthenticationMechanism: String, Hashable, Sendable, CaseIterable {
    /// RFC 7677: the password does not cross, and the server proves that it knows it too.
    case scramSHA256 = "SCRAM-SHA-256"
    /// RFC 4616
    case plain = "PLAIN"
    /// Never standardised, and all that some servers have.
    case login = "LOGIN"
    /// A bearer token in a password's place. Never chosen unless asked for: a password is no token.
    case xoauth2 = "XOAUTH2"

    /// In the order in which they are preferred.
    private static let preferred: [Self] = [.scramSHA256, .plain, .login]

    /// The best that the server offers; `asked` alone if that is given.
    package static func chosen(asked: Self?, offered: [String]) -> Self? {
        let candidates = asked.map { [$0] } ?? preferred
        return candidates.first { offered.contains($0.rawValue) }
    }
}

extension AuthenticationMechanism: CustomStringConvertible {
    package var description: String { rawValue }
}
