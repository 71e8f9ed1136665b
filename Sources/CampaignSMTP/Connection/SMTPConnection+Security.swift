package import NIOCore
import NIOSSL
import NIOTLS

/// TLS goes in front of the connection in its channel: below it, where it stays until the end.
extension SMTPConnection {
    /// Begins the handshake on the channel that the connection is in.
    func startTLS() {
        guard let context, let client = configuration.security.client else {
            return perform(machine.handshakeFailed(.handshake(reason: "nothing is known of whom to trust")))
        }
        do {
            let handler = try NIOSSLClientHandler(
                context: client.context, serverHostname: client.serverName.indication)
            let listener = HandshakeListener()
            transcript?.note("TLS handshake with \(client.serverName)")
            (tls, handshake) = (handler, listener)
            // Begins at once, for the channel is active.
            try context.pipeline.syncOperations.addHandlers([listener, handler], position: .before(self))
        } catch {
            perform(machine.handshakeFailed(.handshake(reason: Self.describe(error))))
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { handshakeCompleted() }
        context.fireUserInboundEventTriggered(event)
    }

    private func handshakeCompleted() {
        guard let tls, let client = configuration.security.client else { return }
        let certificate = tls.peerCertificate.map { CertificateSummary($0) }
        let cipher = handshake?.hello.cipherSuite.map { ServerHello.name(ofCipherSuite: $0) }
        if let handshake { context?.pipeline.syncOperations.removeHandler(handshake, promise: nil) }
        handshake = nil
        guard let certificate else { return perform(machine.handshakeFailed(.certificate(.missing))) }
        guard certificate.names.contains(client.serverName) else {
            let fault = CertificateFault.wrongName(
                asked: "\(client.serverName)", names: certificate.names.texts)
            return perform(machine.handshakeFailed(.certificate(fault)))
        }
        security = SessionSecurity(
            version: Self.text(tls.tlsVersion), cipher: cipher, certificate: certificate)
        transcript?.note(
            "\(Self.text(tls.tlsVersion)) \(cipher ?? ""), certificate of \(certificate.subject) by \(certificate.issuer)"
        )
        perform(machine.secured())
    }

    /// - Returns: whether the error was the handshake's.
    func handshakeFailed(_ error: any Error) -> Bool {
        guard machine.stage == .handshake, let tls else { return false }
        let certificate = tls.peerCertificate.map { CertificateSummary($0) }
        let fault = TLSFault(
            handshakeError: error, certificate: certificate, now: WallClock.secondsSince1970)
        perform(machine.handshakeFailed(fault))
        return true
    }

    private static func text(_ version: TLSVersion?) -> String {
        switch version {
        case .tlsv13: "TLS 1.3"
        case .tlsv12: "TLS 1.2"
        case .tlsv11, .tlsv1: "TLS before 1.2"
        default: "TLS"
        }
    }
}
