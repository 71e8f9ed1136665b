/// Why a session is not authenticated. Holds no secret.
package enum AuthenticationFault: Error, Hashable, Sendable {
    /// The server offers none of what can be used here.
    case noMechanism(asked: AuthenticationMechanism?, offered: [String])
    /// The session is not encrypted, and nobody has said that the password may cross in the clear.
    case notEncrypted
    /// The server's refusal, with every trace of what was sent to it taken out.
    case refused(AuthenticationMechanism, Reply)
    /// A challenge that the mechanism has no answer to.
    case badChallenge(AuthenticationMechanism, String)
    /// The server has not shown that it knows the password itself (RFC 5802 §3).
    case serverNotProven
}

extension AuthenticationFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noMechanism(_, let offered) where offered.isEmpty:
            "the server offers no authentication (RFC 4954); is this the submission port, and is it inside of TLS?"
        case .noMechanism(let asked?, let offered):
            "the server does not offer \(asked), but \(Self.list(offered)); give another `auth`"
        case .noMechanism(nil, let offered):
            "the server offers only \(Self.list(offered)), none of which is known here"
                + (offered.contains(AuthenticationMechanism.xoauth2.rawValue)
                    ? "; XOAUTH2 wants `auth=xoauth2` and a token for a password" : "")
        case .notEncrypted:
            "the session is not encrypted, so the password was not sent; use smtp+starttls:// or smtps://"
        case .refused(let mechanism, let reply): "the server refuses these credentials (\(mechanism)): \(reply)"
        case .badChallenge(let mechanism, let what): "the server's challenge makes no sense (\(mechanism)): \(what)"
        case .serverNotProven:
            "the server has not proved that it knows the password (SCRAM): it may be somebody else's"
        }
    }

    private static func list(_ names: [String]) -> String {
        names.map { String(escapingControlsIn: $0.utf8) }.joined(separator: ", ")
    }
}
