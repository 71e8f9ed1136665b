import CampaignSMTP
import NIOCore
import NIOEmbedded

/// A connection in a channel without socket and clock: the test is the server, and time is what the test says.
final class EmbeddedSession {
    let channel: EmbeddedChannel
    private(set) var connection: SMTPConnection!
    private(set) var opened: [ConnectionFault?] = []
    private(set) var closed: [ConnectionFault?] = []
    private(set) var results: [TransactionResult] = []
    private let congestion = Congestion()

    init(
        timeouts: SMTPTimeouts = SMTPTimeouts(), terms: TransactionTerms = TransactionTerms(), isConnected: Bool = true
    ) throws {
        channel = EmbeddedChannel()
        let configuration = SMTPConnectionConfiguration(
            greetingName: try GreetingName("client.example"),
            timeouts: timeouts,
            terms: terms
        )
        connection = SMTPConnection(configuration: configuration, eventLoop: channel.eventLoop) { [unowned self] in
            switch $0 {
            case .success: opened.append(nil)
            case .failure(let fault): opened.append(fault)
            }
        }
        connection.whenClosed = { [unowned self] in closed.append($0) }
        try channel.pipeline.syncOperations.addHandlers([congestion, connection])
        if isConnected { try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 25)).wait() }
    }

    /// A session that is open.
    static func ready(
        _ extensions: String..., timeouts: SMTPTimeouts = SMTPTimeouts(), terms: TransactionTerms = TransactionTerms()
    ) throws -> EmbeddedSession {
        let session = try EmbeddedSession(timeouts: timeouts, terms: terms)
        try session.receive("220 mx\r\n")
        let lines = ["mx"] + extensions
        for line in lines.dropLast() { try session.receive("250-\(line)\r\n") }
        try session.receive("250 \(lines.last ?? "")\r\n")
        _ = try session.sent()
        return session
    }

    func receive(_ text: String) throws {
        try receive(Array(text.utf8))
    }

    func receive(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// What was written since the last call.
    func sent() throws -> String {
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        return text
    }

    func submit(
        _ message: some MessageSource,
        from sender: String = "s@example.com",
        to recipient: String = "r@example.com"
    ) throws {
        let transaction = SMTPTransaction(
            sender: try EnvelopePath(sender),
            recipient: try EnvelopePath(recipient),
            source: message
        )
        connection.submit(transaction) { [unowned self] in results.append($0) }
        channel.embeddedEventLoop.run()
    }

    /// Brings the envelope; the content waits.
    func begin(
        _ message: FixedMessage, to recipient: String = "r@example.com", envelopeID: String? = nil
    ) throws {
        connection.begin(
            SMTPTransaction(
                sender: try EnvelopePath("s@example.com"), recipient: try EnvelopePath(recipient),
                envelopeID: envelopeID, source: message))
        channel.embeddedEventLoop.run()
    }

    func advance(by time: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: time)
    }

    /// From here on the socket takes nothing.
    func congest() { congestion.isCongested = true }
    /// From here on the socket takes so many writes and no more.
    func congest(after writes: Int) { congestion.writesLeft = writes }
    func decongest() { congestion.release() }

    /// The peer closes.
    func disconnect() {
        congestion.fail()
        channel.pipeline.fireChannelInactive()
    }

    typealias MessageSource = SMTPMessageSource
}

/// A message that counts how it is used.
final class FixedMessage: SMTPMessageSource {
    let bytes: [UInt8]
    private(set) var writeCount = 0
    private(set) var beforeTerminatorCount = 0
    private(set) var awaitedCount = 0
    private(set) var results: [TransactionResult] = []

    init(_ text: String = "Subject: hi\r\n\r\n.hidden\r\n") { bytes = Array(text.utf8) }
    init(bytes: [UInt8]) { self.bytes = bytes }

    func writeMessage(into bytes: inout [UInt8]) {
        writeCount += 1
        bytes.append(contentsOf: self.bytes)
    }

    func contentAwaited() { awaitedCount += 1 }
    func beforeTerminator() { beforeTerminatorCount += 1 }
    func finished(_ result: TransactionResult) { results.append(result) }
}

/// Holds writes back while congested, as a full socket does.
private final class Congestion: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    var isCongested = false
    var writesLeft: Int?
    private var held: [(NIOAny, EventLoopPromise<Void>?)] = []
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let left = writesLeft {
            writesLeft = left - 1
            if left == 0 {
                writesLeft = nil
                isCongested = true
            }
        }
        if isCongested { held.append((data, promise)) } else { context.write(data, promise: promise) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        fail()
        context.close(mode: mode, promise: promise)
    }

    func release() {
        isCongested = false
        for (data, promise) in held { context?.writeAndFlush(data, promise: promise) }
        held = []
    }

    func fail() {
        for (_, promise) in held { promise?.fail(ChannelError.ioOnClosedChannel) }
        held = []
    }
}
