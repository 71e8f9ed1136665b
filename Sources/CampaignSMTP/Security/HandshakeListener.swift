import NIOCore

/// Sits below TLS while the handshake is made, and reads along what the server says in the clear.
final class HandshakeListener: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    private(set) var hello = ServerHello()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hello.take(unwrapInboundIn(data).readableBytesView)
        context.fireChannelRead(data)
    }
}
