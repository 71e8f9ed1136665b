import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback with a script for each connection, in the order in which they come; further ones are closed.
final class DialogueServer: Sendable {
    enum Step: Sendable {
        /// Waits for a line that begins so; anything else closes the connection.
        case expect(String)
        /// Waits for the content up to its final dot.
        case content
        /// Waits for `BDAT n LAST` and n bytes.
        case chunk
        case reply(String)
        case close
        /// Waits until the client hangs up.
        case hungUp
        /// Waits until the test opens the gate.
        case gate(Gate)
    }

    final class Gate: Sendable {
        private let state = Mutex<(isOpen: Bool, whenOpened: (@Sendable () -> Void)?)>((false, nil))

        func open() {
            let whenOpened = state.withLock { state in
                state.isOpen = true
                return state.whenOpened
            }
            whenOpened?()
        }

        /// Whether it is open; if not, `whenOpened` is called later.
        fileprivate func isOpen(else whenOpened: @escaping @Sendable () -> Void) -> Bool {
            state.withLock { state in
                state.whenOpened = whenOpened
                return state.isOpen
            }
        }
    }

    static func opening(_ extensions: String...) -> [Step] {
        let lines = ["mx"] + extensions
        let hello = lines.enumerated().map { "250\($0 + 1 < lines.count ? "-" : " ")\($1)\r\n" }.joined()
        return [.reply("220 mx\r\n"), .expect("EHLO "), .reply(hello)]
    }

    static func envelope(_ recipient: String, _ replies: String = "250 Ok\r\n250 Ok\r\n354 go\r\n") -> [Step] {
        [.expect("MAIL FROM:"), .expect("RCPT TO:<\(recipient)>"), .expect("DATA"), .reply(replies)]
    }

    static let content: [Step] = [.content, .reply("250 Ok\r\n")]
    static let quit: [Step] = [.expect("QUIT"), .reply("221 bye\r\n"), .close]

    let port: Int
    private let scripts: Scripts
    private let listener: any Channel

    init(_ scripts: [Step]...) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let shared = Scripts(scripts, played: scripts.map { _ in group.next().makePromise() })
        self.scripts = shared
        listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DialogueRunner(shared))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    /// Waits until every script was played to its end, then stops listening.
    func finish() async throws {
        for promise in scripts.played { try await promise.futureResult.get() }
        try await listener.close()
    }

    /// Waits until the script of this connection, from 0, was played to its end.
    func played(_ connection: Int) async throws { try await scripts.played[connection].futureResult.get() }

    func stop() async throws {
        for promise in scripts.played { promise.succeed() }
        try await listener.close()
    }
}

private final class Scripts: Sendable {
    let played: [EventLoopPromise<Void>]
    private let waiting: Mutex<ArraySlice<[DialogueServer.Step]>>

    init(_ scripts: [[DialogueServer.Step]], played: [EventLoopPromise<Void>]) {
        waiting = Mutex(scripts[...])
        self.played = played
    }

    /// The next connection's script, and what to tell when it was played.
    func next() -> (steps: [DialogueServer.Step], played: EventLoopPromise<Void>)? {
        waiting.withLock { waiting in
            let promise = played[played.count - max(waiting.count, 1)]
            return waiting.popFirst().map { ($0, promise) }
        }
    }
}

private final class DialogueRunner: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let scripts: Scripts
    private var steps: ArraySlice<DialogueServer.Step>?
    private var played: EventLoopPromise<Void>?
    private var received = ByteBuffer()

    init(_ scripts: Scripts) { self.scripts = scripts }

    func channelActive(context: ChannelHandlerContext) {
        guard let script = scripts.next() else { return context.close(promise: nil) }
        steps = script.steps[...]
        played = script.played
        run(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        run(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .hungUp = steps?.first { played?.succeed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func run(_ context: ChannelHandlerContext) {
        while let step = steps?.first {
            guard play(step, context) else { return }
            steps?.removeFirst()
            if steps?.isEmpty == true { played?.succeed() }
        }
    }

    private func play(_ step: DialogueServer.Step, _ context: ChannelHandlerContext) -> Bool {
        switch step {
        case .expect(let prefix):
            guard let line = takeLine() else { return false }
            if line.hasPrefix(prefix) { return true }
            // The script is not played to its end: the test waits in vain, and says so.
            context.close(promise: nil)
            return false
        case .content:
            while let line = takeLine() {
                if line == ".\r\n" { return true }
            }
            return false
        case .chunk:
            guard let end = received.readableBytesView.firstIndex(of: 0x0A) else { return false }
            let length = end - received.readerIndex + 1
            let line = received.getString(at: received.readerIndex, length: length) ?? ""
            guard let size = Int(line.dropFirst(5).prefix { $0.isNumber }), received.readableBytes >= length + size
            else { return false }
            received.moveReaderIndex(forwardBy: length + size)
            return line == "BDAT \(size) LAST\r\n"
        case .reply(let text):
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        case .close:
            context.close(promise: nil)
        case .hungUp:
            return false
        case .gate(let gate):
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let loop = context.eventLoop
            return gate.isOpen {
                loop.execute {
                    let (runner, context) = bound.value
                    runner.run(context)
                }
            }
        }
        return true
    }

    private func takeLine() -> String? {
        guard let lineFeed = received.readableBytesView.firstIndex(of: 0x0A) else { return nil }
        return received.readString(length: lineFeed - received.readerIndex + 1)
    }
}
