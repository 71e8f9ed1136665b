import NIOCore
import NIOPosix

/// A server on loopback that keeps to SMTP but for what it is told to do wrong, connection by connection.
final class LyingServer: Sendable {
    /// Not the threads of those who are lied to.
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    let port: Int
    let dialect: Dialect
    let ledger = LieLedger()
    private let listener: any Channel

    /// - Parameters:
    ///   - connectionsMax: those beyond are greeted with 421.
    ///   - plans: what the connection of this number, from 0, does wrong.
    init(
        _ dialect: Dialect, host: String = "127.0.0.1", connectionsMax: Int = .max,
        plans: @escaping @Sendable (Int) -> [LiePlan]
    ) async throws {
        self.dialect = dialect
        let ledger = ledger
        listener = try await ServerBootstrap(group: Self.loops)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.socketOption(.so_rcvbuf), value: 16 * 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = ledger.opened()
                    channel.closeFuture.whenComplete { _ in ledger.closed() }
                    try channel.pipeline.syncOperations.addHandler(
                        LyingSession(number, dialect, plans(number), ledger, isRefused: ledger.open > connectionsMax))
                }
            }
            .bind(host: host, port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    /// Stops listening, and waits until every connection has ended: a client that keeps one is found here.
    func finish() async throws {
        try await listener.close()
        await ledger.quiet()
    }
}
