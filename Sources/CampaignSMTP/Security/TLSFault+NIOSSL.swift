import NIOCore
import NIOSSL

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

extension TLSFault {
    /// What a handshake's error means. BoringSSL's reasons are known by their names in its text alone.
    ///
    /// - Parameter certificate: the server's, if it has shown one.
    init(handshakeError error: any Error, certificate: CertificateSummary?, now: Int64) {
        guard let error = error as? NIOSSLError, case .handshakeFailed(let cause) = error else {
            self = .handshake(reason: SMTPConnection.describe(error))
            return
        }
        if Self.stack(cause) == [.eofDuringHandshake] {
            self = .handshake(reason: "the server closed the connection")
            return
        }
        let names = Self.stack(cause).map { Self.reason($0) }
        func has(_ words: String...) -> Bool { names.contains { name in words.contains { name.contains($0) } } }
        if has("CERTIFICATE_VERIFY_FAILED") {
            self = .certificate(certificate?.fault(at: now) ?? .other("the TLS library does not say why"))
        } else if has("PEER_DID_NOT_RETURN_A_CERTIFICATE") {
            self = .certificate(.missing)
        } else if has("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "UNSUPPORTED_SSL_PROTOCOL") {
            self = .versionTooOld
        } else if has("WRONG_VERSION_NUMBER", "HTTP_REQUEST") {
            self = .plainText
        } else {
            self = .handshake(reason: names.isEmpty ? "\(cause)" : names.joined(separator: ", "))
        }
    }

    /// The TLS library's errors in fewer words than its own, which name source files; nil for another's.
    static func words(of error: any Error) -> String? {
        let cause: BoringSSLError
        switch error {
        case NIOSSLError.uncleanShutdown: return "closed without an end to TLS"
        case NIOSSLError.handshakeFailed(let error): cause = error
        case let error as BoringSSLError: cause = error
        default: return nil
        }
        let names = stack(cause).map { reason($0) }
        return names.isEmpty ? "TLS: \(cause)" : "TLS: \(names.joined(separator: ", "))"
    }

    private static func stack(_ error: BoringSSLError) -> NIOBoringSSLErrorStack {
        switch error {
        case .sslError(let stack), .unknownError(let stack): stack
        default: []
        }
    }

    /// `Error: 268435703 error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at …:242` → its name.
    private static func reason(_ error: BoringSSLInternalError) -> String {
        let text = error.description
        let name = text.split(separator: ":").first { part in
            part.contains("_") && part.contains(" at ") && part.first?.isUppercase == true
        }
        guard let name, let end = name.firstRange(of: " at ") else { return text }
        return String(name[..<end.lowerBound])
    }
}

/// The system's time, for a certificate's validity: seconds since 1970.
enum WallClock {
    static var secondsSince1970: Int64 { Int64(time(nil)) }
}
