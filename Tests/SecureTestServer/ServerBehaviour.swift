package import NIOSSL

/// What a `SecureMailServer` offers, and how it misbehaves.
package struct ServerBehaviour: Sendable {
    package enum Security: Sendable { case none, startTLS, implicitTLS }
    package enum Moment: Sendable { case data, contentTaken }

    package var security = Security.none
    package var certificate: TestCertificates.Certificate?
    package var tlsVersionMax: TLSVersion?
    /// Which this client never has.
    package var wantsClientCertificate = false
    /// Taken out of the reply to EHLO, as a stranger on the line does.
    package var offersSTARTTLS = true
    package var startTLSReply = "220 2.0.0 go ahead\r\n"
    /// Offered in the clear and inside of TLS.
    package var extensions = ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 1000000"]
    package var extensionsInsideTLS: [String] = []
    /// Of PLAIN, LOGIN, XOAUTH2, SCRAM-SHA-256; offered inside of TLS, and outside where there is none.
    package var mechanisms: [String] = []
    package var user = "ann"
    package var password = "correct horse battery staple"
    /// What it says to every AUTH instead of looking at it.
    package var authenticationReply: String?
    package var isLMTP = false
    /// When it closes the connection instead of replying.
    package var hangsUpAt: Moment?

    package init() {}

    package static func with(_ change: (inout Self) -> Void) -> Self {
        var behaviour = Self()
        change(&behaviour)
        return behaviour
    }
}

/// What a server was given.
package struct ReceivedMessage: Hashable, Sendable {
    package let recipient: String
    /// Without its terminator, dot-stuffing undone.
    package let bytes: [UInt8]
    package let isEncrypted: Bool
    package let user: String?

    package init(recipient: String, bytes: [UInt8], isEncrypted: Bool, user: String?) {
        self.recipient = recipient
        self.bytes = bytes
        self.isEncrypted = isEncrypted
        self.user = user
    }
}
