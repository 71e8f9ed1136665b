import NIOCore
import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A server on loopback that follows a script, connection after connection from its beginning.
struct ScriptedServer: Sendable {
    enum Step: Sendable {
        /// Waits for a line that begins so; anything else closes the connection.
        case expect(String)
        /// Waits for the content up to its final dot.
        case content
        /// Waits for this many bytes, whatever they are.
        case bytes(Int)
        case reply(String)
        case close
        /// Closes so that the peer sees a reset.
        case reset
    }

    static let opening: [Step] = [.reply("220 mx\r\n"), .expect("EHLO "), .reply("250-mx\r\n250 PIPELINING\r\n")]
    static let group: [Step] = [.expect("MAIL FROM:"), .expect("RCPT TO:"), .expect("DATA")]
    static let groupReplies: [Step] = [.reply("250 Ok\r\n250 Ok\r\n354 go\r\n")]

    let port: Int
    let channel: any Channel

    init(_ script: [Step], on group: any EventLoopGroup) async throws {
        channel = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ScriptRunner(script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func close() async throws { try await channel.close() }
}

private final class ScriptRunner: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var steps: ArraySlice<ScriptedServer.Step>
    private var received = ByteBuffer()

    init(_ steps: [ScriptedServer.Step]) { self.steps = steps[...] }

    func channelActive(context: ChannelHandlerContext) { run(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        run(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func run(_ context: ChannelHandlerContext) {
        while let step = steps.first {
            switch step {
            case .expect(let prefix):
                guard let line = takeLine() else { return }
                guard line.hasPrefix(prefix) else { return context.close(promise: nil) }
            case .content:
                while true {
                    guard let line = takeLine() else { return }
                    if line == ".\r\n" { break }
                }
            case .bytes(let count):
                guard received.readSlice(length: count) != nil else { return }
            case .reply(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .close:
                context.close(promise: nil)
            case .reset:
                let now = linger(l_onoff: 1, l_linger: 0)
                (context.channel as? any SocketOptionProvider)?.setSoLinger(now).whenFailure { _ in }
                context.close(promise: nil)
            }
            steps.removeFirst()
        }
    }

    private func takeLine() -> String? {
        guard let lineFeed = received.readableBytesView.firstIndex(of: 0x0A) else { return nil }
        return received.readString(length: lineFeed - received.readerIndex + 1)
    }
}
