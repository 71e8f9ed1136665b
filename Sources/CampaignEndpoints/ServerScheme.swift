/// The kinds of servers, by the beginning of their addresses.
public enum ServerScheme: String, Hashable, Sendable, CaseIterable {
    /// SMTP in plain text (RFC 5321).
    case smtp = "smtp://"
    /// SMTP that becomes encrypted by STARTTLS, or is not used (RFC 3207).
    case smtpSTARTTLS = "smtp+starttls://"
    /// SMTP inside of TLS (RFC 8314).
    case smtps = "smtps://"
    /// LMTP in plain text (RFC 2033).
    case lmtp = "lmtp://"
    case lmtpSTARTTLS = "lmtp+starttls://"
    /// LMTP over a Unix domain socket.
    case lmtpUnix = "lmtp+unix://"

    /// Which of them an address begins with.
    init?(of address: String) {
        guard let scheme = Self.allCases.first(where: { address.hasPrefix($0.rawValue) }) else { return nil }
        self = scheme
    }

    var isLMTP: Bool {
        switch self {
        case .lmtp, .lmtpSTARTTLS, .lmtpUnix: true
        case .smtp, .smtpSTARTTLS, .smtps: false
        }
    }

    var isEncrypted: Bool {
        switch self {
        case .smtpSTARTTLS, .smtps, .lmtpSTARTTLS: true
        case .smtp, .lmtp, .lmtpUnix: false
        }
    }

    /// Whether what crosses can be read on the way. A Unix socket's bytes stay inside of this kernel.
    var isReadableOnTheWay: Bool { !isEncrypted && self != .lmtpUnix }

    var portDefault: Int {
        switch self {
        case .smtp: 25
        case .smtpSTARTTLS: 587
        case .smtps: 465
        // RFC 2033 §5 forbids 25, and gives none of its own; 24 is for private mail systems and what servers listen on.
        case .lmtp, .lmtpSTARTTLS, .lmtpUnix: 24
        }
    }
}
