package import NIOCore
package import NIOPosix

#if canImport(Glibc)
import Glibc
#endif

extension SMTPConnection {
    /// Connects and opens the session.
    ///
    /// - Parameters:
    ///   - eventLoop: the loop of everything that follows; the call must be made on it.
    ///   - resolver: for tests; the system's by default. Of a host's addresses several are tried (RFC 8305).
    ///   - transcript: who is shown the dialogue.
    ///   - whenOpened: called once, on the loop: with the connection when it is ready for a transaction, or with what
    ///     went wrong.
    /// - Returns: the connection, so that an attempt can be given up with `abort()`.
    @discardableResult
    package static func connect(
        to address: SMTPServerAddress,
        configuration: SMTPConnectionConfiguration,
        on eventLoop: any EventLoop,
        resolver: (any Resolver & Sendable)? = nil,
        transcript: (any SessionTranscript)? = nil,
        whenOpened: @escaping (Result<SMTPConnection, ConnectionFault>) -> Void
    ) -> SMTPConnection {
        eventLoop.preconditionInEventLoop()
        let connection = SMTPConnection(
            configuration: configuration, eventLoop: eventLoop, transcript: transcript, whenOpened: whenOpened)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(min(configuration.timeouts.connect, DeadlineTimer.allowanceMax))
        let channel =
            switch address {
            case .host(let host, let port):
                bootstrap.resolver(resolver).channelOption(.tcpOption(.tcp_nodelay), value: 1)
                    .connect(host: host, port: port)
            case .unixDomainSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        // Added to the channel that won, and TLS with it: with two address families several are tried.
        channel.assumeIsolated().whenComplete { result in
            do {
                try result.get().pipeline.syncOperations.addHandler(connection)
            } catch {
                connection.connectFailed(reason: reason(of: error))
            }
        }
        return connection
    }

    /// In a person's words: of several addresses that were tried, each with the system's own text.
    private static func reason(of error: any Error) -> String {
        guard let error = error as? NIOConnectionError else { return describe(error) }
        if let failure = error.dnsAError ?? error.dnsAAAAError, error.connectionErrors.isEmpty {
            return "\(error.host) cannot be resolved: \(describe(failure))"
        }
        return error.connectionErrors.map { "\($0.target): \(describe($0.error))" }.joined(separator: "; ")
    }

    static func describe(_ error: any Error) -> String {
        if let words = TLSFault.words(of: error) { return words }
        guard let error = error as? IOError else { return String(describing: error) }
        return unsafe String(cString: strerror(error.errnoCode))
    }
}
