/// Who this client is to a server, and how it shows it.
package struct Credentials: Sendable {
    package let user: String
    /// A password, or for XOAUTH2 a bearer token.
    package let secret: Secret
    /// The only mechanism to be used; nil leaves it to what the server offers.
    package let mechanism: AuthenticationMechanism?
    /// Shared by all sessions, for the keys cost thousands of hashes.
    let scramKeys = ScramKeyCache()

    /// - Throws: `CredentialsError` where a mechanism could not carry them.
    package init(user: String, secret: Secret, mechanism: AuthenticationMechanism? = nil) throws(CredentialsError) {
        guard !user.isEmpty else { throw .userEmpty }
        // Both end fields: NUL in PLAIN, U+0001 in XOAUTH2.
        guard !user.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .userHasControls }
        guard !secret.bytes.isEmpty else { throw .secretEmpty }
        guard !secret.bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .secretHasControls }
        guard user.utf8.count <= Self.sizeMaxBytes, secret.bytes.count <= Self.sizeMaxBytes else { throw .tooLong }
        self.user = user
        self.secret = secret
        self.mechanism = mechanism
    }

    /// What fits into an AUTH line with room to spare (12,288 bytes, RFC 4954 §4).
    package static let sizeMaxBytes = 4096
}

extension Credentials: Hashable {
    package static func == (one: Self, other: Self) -> Bool {
        one.user == other.user && one.secret == other.secret && one.mechanism == other.mechanism
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(user)
        hasher.combine(secret)
        hasher.combine(mechanism)
    }
}

/// Why a user's name or a secret cannot be used. Repeats neither.
package enum CredentialsError: Error, Hashable, Sendable, CustomStringConvertible {
    case userEmpty, userHasControls, secretEmpty, secretHasControls, tooLong

    package var description: String {
        switch self {
        case .userEmpty: "the user's name is empty"
        case .userHasControls: "the user's name has a control character"
        case .secretEmpty: "the password is empty"
        case .secretHasControls: "the password has a control character or more than one line"
        case .tooLong: "the user's name or the password is longer than \(Credentials.sizeMaxBytes) bytes"
        }
    }
}
