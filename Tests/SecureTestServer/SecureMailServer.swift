import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A mail server in this process that speaks TLS and AUTH, well or badly, and keeps what it is given.
package final class SecureMailServer: Sendable {
    struct Records {
        var messages: [ReceivedMessage] = []
        var commands: [String] = []
        var connectionCount = 0
    }

    package let port: Int
    private let records: SharedRecords
    private let listener: any Channel

    /// - Parameter socketPath: a Unix socket to listen on instead of a port of 127.0.0.1.
    package init(_ behaviour: ServerBehaviour, socketPath: String? = nil) async throws {
        let records = SharedRecords()
        self.records = records
        let context = try behaviour.certificate.map { try Self.context($0, behaviour) }
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    records.all.withLock { $0.connectionCount += 1 }
                    if behaviour.security == .implicitTLS, let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(MailSession(behaviour, records, context))
                }
            }
        listener =
            if let socketPath {
                try await bootstrap.bind(unixDomainSocketPath: socketPath).get()
            } else {
                try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
            }
        port = listener.localAddress?.port ?? 0
    }

    package var messages: [ReceivedMessage] { records.all.withLock { $0.messages } }
    /// Every command line, as the server has read it: what came in the clear, and what inside of TLS.
    package var commands: [String] { records.all.withLock { $0.commands } }
    package var connectionCount: Int { records.all.withLock { $0.connectionCount } }

    package func close() async throws { try await listener.close() }

    private static func context(
        _ certificate: TestCertificates.Certificate, _ behaviour: ServerBehaviour
    ) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificate.path).map { NIOSSLCertificateSource.certificate($0) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain,
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.keyPath, format: .pem)))
        if behaviour.wantsClientCertificate { configuration.certificateVerification = .noHostnameVerification }
        if let versionMax = behaviour.tlsVersionMax {
            configuration.minimumTLSVersion = .tlsv1
            configuration.maximumTLSVersion = versionMax
        }
        return try NIOSSLContext(configuration: configuration)
    }
}

final class SharedRecords: Sendable {
    let all = Mutex(SecureMailServer.Records())
}
