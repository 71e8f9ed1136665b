import CampaignSMTP

/// The options of an endpoint's address that say how a server is trusted, and how this client shows who it is.
///
/// | option | meaning |
/// |---|---|
/// | `password-file=PATH`, `password-env=NAME` | where the password of the address's user is: the first line of a file that others cannot read, or a variable of the environment |
/// | `auth=scram-sha-256` | the only mechanism to be used, or `plain`, `login`, `xoauth2`; by default the best that is offered |
/// | `auth-plaintext=allowed` | the password may cross a network in the clear |
/// | `tls-ca=FILE` | these authorities (PEM) are believed instead of the system's |
/// | `tls-name=NAME` | what the certificate must name instead of the address's host |
struct SecurityOptions: Hashable, Sendable {
    var secret: SecretSource?
    var mechanism: AuthenticationMechanism?
    var allowsPlaintext = false
    var rootsPath: String?
    var serverName: String?

    static let known = ["password-file", "password-env", "auth", "auth-plaintext", "tls-ca", "tls-name"]
    /// Those that name a file: the log keeps them absolute.
    static let paths = ["password-file", "tls-ca"]

    /// Takes an option if it is one of these.
    ///
    /// - Returns: what its value should be, if it is not that; nil if all is well.
    mutating func take(_ name: String, _ value: String) -> String? {
        switch name {
        case "password-file", "password-env":
            guard secret == nil else { return "given once, and password-file or password-env but not both" }
            if name == "password-env" {
                guard Self.isVariable(value) else { return "the name of a variable of the environment" }
                secret = .environment(value)
            } else {
                guard !value.isEmpty else { return "the path of a file" }
                secret = .file(value)
            }
        case "auth":
            guard let mechanism = AuthenticationMechanism(rawValue: value.uppercased()) else {
                let names = AuthenticationMechanism.allCases.map { $0.rawValue.lowercased() }
                return "one of \(names.joined(separator: ", "))"
            }
            self.mechanism = mechanism
        case "auth-plaintext":
            guard value == "allowed" else { return "`allowed`, or left out" }
            allowsPlaintext = true
        case "tls-ca":
            guard !value.isEmpty else { return "the path of a file of certificates" }
            rootsPath = value
        case "tls-name":
            guard !value.isEmpty, value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                return "a host's name in ASCII"
            }
            serverName = value
        default: break
        }
        return nil
    }

    /// Why these options do not go with the address; nil if they do.
    func contradiction(scheme: ServerScheme?, user: String?) -> String? {
        if scheme?.isEncrypted != true, rootsPath != nil || serverName != nil {
            return "tls-ca and tls-name need TLS: use smtp+starttls://, smtps:// or lmtp+starttls://"
        }
        guard let scheme, user != nil else {
            guard secret == nil, mechanism == nil, !allowsPlaintext else {
                return "a password, auth and auth-plaintext need a user, as in smtps://user@mail.example.com"
            }
            return nil
        }
        guard secret != nil else {
            return "a user needs a password: give password-file=PATH or password-env=NAME"
        }
        if scheme.isReadableOnTheWay, !allowsPlaintext {
            return "\(scheme.rawValue) would show the password to the network: use smtp+starttls:// or smtps://, "
                + "or say auth-plaintext=allowed"
        }
        return nil
    }

    private static func isVariable(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
        }
    }
}
