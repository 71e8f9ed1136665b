package import NIOSSL

/// How this client makes TLS with a server: whom it believes, and what the server must be called.
///
/// TLS 1.2 is the least. The chain is verified by BoringSSL, the name by `CertificateNames`: where NIOSSL verifies names it
/// also takes a certificate for the IP address that was connected to, whatever name was asked for.
package struct TLSClient: Sendable {
    package let serverName: ServerName
    let context: NIOSSLContext

    /// - Parameter serverName: what the certificate must name, and what the server is told.
    /// - Throws: an error of NIOSSL's where the roots cannot be loaded. Reads files: not for event loops.
    package init(serverName: ServerName, roots: TrustRoots) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .noHostnameVerification
        if case .certificates(let certificates) = roots {
            configuration.trustRoots = .certificates(certificates)
        }
        self.serverName = serverName
        context = try NIOSSLContext(configuration: configuration)
    }
}

extension TLSClient: Hashable {
    package static func == (one: Self, other: Self) -> Bool {
        one.context === other.context && one.serverName == other.serverName
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(context))
        hasher.combine(serverName)
    }
}

/// Whose word on a server's certificate is believed.
package enum TrustRoots: Sendable {
    /// The authorities that the system knows.
    case system
    /// These, and nobody else.
    case certificates([NIOSSLCertificate])

    /// - Parameter path: a file of PEM certificates.
    /// - Throws: an error of NIOSSL's.
    package static func file(_ path: String) throws -> TrustRoots {
        .certificates(try NIOSSLCertificate.fromPEMFile(path))
    }
}
