/// What a session's encryption is made of.
package struct SessionSecurity: Hashable, Sendable {
    /// `TLS 1.2` or `TLS 1.3`.
    package let version: String
    /// The cipher suite's registered name; nil if the handshake was not listened to.
    package let cipher: String?
    package let certificate: CertificateSummary?

    package init(version: String, cipher: String?, certificate: CertificateSummary?) {
        self.version = version
        self.cipher = cipher
        self.certificate = certificate
    }
}
