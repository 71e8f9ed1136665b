package import NIOCore
import NIOPosix

extension SMTPConnection {
    /// Connects and opens the session.
    ///
    /// - Parameters:
    ///   - eventLoop: the loop of everything that follows; the call must be made on it.
    ///   - whenOpened: called once, on the loop: with the connection when it is ready for a transaction, or with what
    ///     went wrong.
    /// - Returns: the connection, so that an attempt can be given up with `abort()`.
    @discardableResult
    package static func connect(
        to address: SMTPServerAddress,
        configuration: SMTPConnectionConfiguration,
        on eventLoop: any EventLoop,
        whenOpened: @escaping (Result<SMTPConnection, ConnectionFault>) -> Void
    ) -> SMTPConnection {
        eventLoop.preconditionInEventLoop()
        let connection = SMTPConnection(configuration: configuration, eventLoop: eventLoop, whenOpened: whenOpened)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(min(configuration.timeouts.connect, DeadlineTimer.allowanceMax))
        let channel =
            switch address {
            case .host(let host, let port):
                bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
            case .unixDomainSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
            }
        // Added to the channel that won: with two address families several are tried.
        channel.assumeIsolated().whenComplete { result in
            do {
                try result.get().pipeline.syncOperations.addHandler(connection)
            } catch {
                connection.connectFailed(reason: String(describing: error))
            }
        }
        return connection
    }
}
