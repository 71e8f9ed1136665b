import NIOSSL

/// What of a server's certificate concerns people.
package struct CertificateSummary: Hashable, Sendable {
    package let names: CertificateNames
    package let subject: String
    package let issuer: String
    /// Seconds since 1970.
    package let notBefore: Int64
    package let notAfter: Int64
    /// Subject and issuer are the same: it vouches for itself.
    package let isSelfIssued: Bool

    init(_ certificate: NIOSSLCertificate) {
        var names = CertificateNames(domains: [[UInt8]]())
        for name in certificate._subjectAlternativeNames() {
            switch name.nameType {
            case .dnsName: names.domains.append(Array(name.contents))
            case .ipAddress: names.addresses.append(Array(name.contents))
            default: continue
            }
        }
        self.names = names
        subject = Self.text(certificate.subjectName)
        issuer = Self.text(certificate.issuerName)
        notBefore = Int64(certificate.notValidBefore)
        notAfter = Int64(certificate.notValidAfter)
        isSelfIssued = certificate.subjectName == certificate.issuerName
    }

    /// The common name, with the organisation where there is one.
    private static func text(_ name: [SSLCertificateName]) -> String {
        func values(_ type: SSLCertificateNameType) -> [String] { name.filter { $0.type == type }.map(\.value) }
        let words = values(.commonName) + values(.organization)
        let shown = words.isEmpty ? name.map(\.value) : words
        let text = String(escapingControlsIn: shown.joined(separator: ", ").utf8)
        return text.isEmpty ? "somebody without a name" : text
    }

    /// Why it is refused; the library only says that it is.
    func fault(at now: Int64) -> CertificateFault {
        if notAfter < now { return .expired(notAfter) }
        if notBefore > now { return .notYetValid(notBefore) }
        return isSelfIssued ? .selfSigned : .unknownAuthority(issuer: issuer)
    }
}
