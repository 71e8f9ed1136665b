public import CampaignDomain
import CampaignSMTP

/// What a server has said of itself, without a message having been sent.
public struct ServerInspection: Hashable, Sendable {
    public struct Certificate: Hashable, Sendable {
        public var subject: String
        /// The servers that it is for; the first ten.
        public var names: [String]
        public var issuer: String
        /// Seconds since 1970.
        public var notBefore: Int64
        public var notAfter: Int64

        public init(subject: String, names: [String], issuer: String, notBefore: Int64, notAfter: Int64) {
            self.subject = subject
            self.names = names
            self.issuer = issuer
            self.notBefore = notBefore
            self.notAfter = notAfter
        }
    }

    /// Why it cannot be used; nil if all is well.
    public var fault: EndpointFault?
    /// As the server spells them, with what they say: `PIPELINING`, `SIZE 10240000` …; empty if it was not reached.
    public var extensions: [String] = []
    public var sizeLimitBytes: Int?
    /// Authentication mechanisms that it offers.
    public var mechanisms: [String] = []
    /// The mechanism by which this client was let in; nil for none.
    public var authenticatedBy: String?
    /// `TLS 1.3`; nil for none.
    public var tlsVersion: String?
    public var cipher: String?
    public var certificate: Certificate?

    public init(fault: EndpointFault? = nil) { self.fault = fault }

    init(_ connection: SMTPConnection, _ fault: EndpointFault?) {
        self.fault = fault
        let capabilities = connection.capabilities
        extensions = capabilities.extensions.names
        sizeLimitBytes = capabilities.sizeLimitBytes
        mechanisms = capabilities.authMechanisms
        authenticatedBy = connection.authenticatedBy?.rawValue
        guard let security = connection.security else { return }
        tlsVersion = security.version
        cipher = security.cipher
        certificate = security.certificate.map {
            Certificate(
                subject: $0.subject, names: $0.names.texts, issuer: $0.issuer, notBefore: $0.notBefore,
                notAfter: $0.notAfter)
        }
    }
}
