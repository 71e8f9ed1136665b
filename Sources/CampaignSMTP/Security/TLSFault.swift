/// Why a session is not encrypted as it must be.
package enum TLSFault: Error, Hashable, Sendable {
    /// The server does not offer STARTTLS, or somebody on the way has taken the offer out.
    case notOffered
    /// The server refuses STARTTLS.
    case refused(Reply)
    /// Plain text came with the reply to STARTTLS, or after it in the handshake's place: the attack of CVE-2011-0411, or a
    /// broken server.
    case injected
    case certificate(CertificateFault)
    /// The server speaks nothing newer than TLS 1.1.
    case versionTooOld
    /// The server speaks, but not TLS: where TLS is implicit, a port that begins in plain text.
    case plainText
    /// The handshake broke off: lost, or for another reason, in words.
    case handshake(reason: String)

    /// Whether another attempt could go better without anybody's doing anything about it.
    package var isPassing: Bool {
        switch self {
        case .handshake: true
        case .notOffered, .refused, .injected, .certificate, .versionTooOld, .plainText: false
        }
    }
}

/// Why a certificate is not the server's that was asked for.
package enum CertificateFault: Hashable, Sendable {
    /// When it expired, in seconds since 1970.
    case expired(Int64)
    /// From when it holds, in seconds since 1970.
    case notYetValid(Int64)
    case wrongName(asked: String, names: [String])
    /// It vouches for itself, and is no known authority.
    case selfSigned
    case unknownAuthority(issuer: String)
    /// The reason that the library gives.
    case other(String)
    case missing
}

extension TLSFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notOffered:
            "the server does not offer STARTTLS, and nothing is sent without; smtp:// would send in the clear"
        case .refused(let reply): "the server refuses STARTTLS: \(reply)"
        case .injected:
            "plain text came before the handshake, behind the server's consent to it: somebody is on the line, or the "
                + "server is broken"
        case .certificate(let fault): "\(fault)"
        case .versionTooOld: "the server speaks nothing newer than TLS 1.1, and 1.2 is the least"
        case .plainText: "the server does not speak TLS here; smtps:// is for port 465, smtp+starttls:// for 587"
        case .handshake(let reason): "the handshake failed: \(reason)"
        }
    }
}

extension CertificateFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .expired(let time): "the server's certificate has expired on \(UTCDate(secondsSince1970: time))"
        case .notYetValid(let time):
            "the server's certificate is not valid before \(UTCDate(secondsSince1970: time)); is this clock right?"
        case .wrongName(let asked, let names) where names.isEmpty:
            "the server's certificate names no server at all, so not \(asked); `tls-name` cannot help, another certificate can"
        case .wrongName(let asked, let names):
            "the server's certificate is not for \(asked) but for \(names.joined(separator: ", ")); "
                + "use that name, or `tls-name` if it is the right server"
        case .selfSigned:
            "the server's certificate is self-signed and not known here; `tls-ca=FILE` makes it known"
        case .unknownAuthority(let issuer):
            "the server's certificate, issued by \(issuer), leads to no authority known here; `tls-ca=FILE` makes one "
                + "known, unless the server only forgets to send what lies between"
        case .other(let reason): "the server's certificate cannot be verified: \(reason)"
        case .missing: "the server has shown no certificate"
        }
    }
}
