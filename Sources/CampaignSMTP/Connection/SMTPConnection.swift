package import NIOCore
import NIOSSL

/// One connection to a server, driven by `SMTPClientMachine`: bytes in, bytes out, one timer, no policy.
///
/// Bound to its event loop: every call must be made, and every closure is called, on that loop. The session stays open
/// from one transaction to the next until `quit()`, `abort()` or a fault ends it.
package final class SMTPConnection: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Content that `SMTPTimeouts.dataBlock` is granted for; a longer message is granted it once per block begun.
    static let dataBlockSizeBytes = 64 * 1024
    /// Buffers that a message has made larger than this are let go after it.
    static let keptCapacityMaxBytes = 1024 * 1024

    package let eventLoop: any EventLoop
    package let configuration: SMTPConnectionConfiguration
    package private(set) var bytesReceived: UInt64 = 0
    package internal(set) var bytesSent: UInt64 = 0
    /// Called once when an open session is over, after the completion of the transaction under way; with the fault, or
    /// nil after `quit()`. Not called when `whenOpened` was given a failure.
    package var whenClosed: ((ConnectionFault?) -> Void)?

    /// Who is shown the dialogue; nobody, usually.
    var transcript: (any SessionTranscript)?

    private var whenOpened: ((Result<SMTPConnection, ConnectionFault>) -> Void)?
    var machine: SMTPClientMachine
    private var parser = ReplyParser()
    var context: ChannelHandlerContext?
    /// In front of this handler from the handshake on.
    var tls: NIOSSLClientHandler?
    var handshake: HandshakeListener?
    private let timer: DeadlineTimer
    /// The message whose replies come next, and the one whose envelope goes out behind it.
    var first: MessageSlot?
    var next: MessageSlot?
    /// Buffers of messages that are over, for those to come.
    private var spares: [[UInt8]] = []
    /// Reused for every write: the socket has let go of them by the next one, unless it is congested.
    var outbound: ByteBuffer
    var outboundBehind: ByteBuffer
    private var errorReason: String?
    /// The first part of a reply has arrived while the server owed none.
    private var isReplyBegunUnasked = false

    /// For a handler that is put into a channel by hand; `connect` is the usual way.
    ///
    /// - Parameter whenOpened: called once: when the session is open, or when it has failed before.
    package init(
        configuration: SMTPConnectionConfiguration,
        eventLoop: any EventLoop,
        transcript: (any SessionTranscript)? = nil,
        whenOpened: @escaping (Result<SMTPConnection, ConnectionFault>) -> Void
    ) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.transcript = transcript
        self.whenOpened = whenOpened
        machine = SMTPClientMachine(
            greetingVerb: configuration.greetingVerb, session: configuration.session,
            nonce: configuration.credentials == nil ? [] : Self.makeNonce(), terms: configuration.terms)
        timer = DeadlineTimer(eventLoop: eventLoop)
        outbound = ByteBufferAllocator().buffer(capacity: 2048)
        outboundBehind = ByteBufferAllocator().buffer(capacity: 512)
        // Strong on purpose: a weak reference would make every retain of the connection take the slow path. The cycle ends
        // with the session, which cancels the timer.
        timer.whenExpired = { [self] in perform(machine.timedOut()) }
    }

    /// True when a transaction may be begun: the session is open, and at most one other is under way.
    package var isReady: Bool { machine.isReady }
    /// True when the session is open and no transaction is under way.
    package var isIdle: Bool { machine.isIdle }
    /// What the server offers; empty until the session is open.
    package var capabilities: Capabilities { machine.capabilities }
    /// What the session is encrypted with, once it is.
    package internal(set) var security: SessionSecurity?
    /// How this client was let in; nil if it was not asked who it is.
    package var authenticatedBy: AuthenticationMechanism? { machine.authenticatedBy }
    /// Whether the session is inside of TLS.
    package var isEncrypted: Bool { security != nil }

    /// Brings the envelope of a message to the server. The content follows when it is released.
    ///
    /// A message that is begun while the connection is not ready ends in `.notSent(.notReady)`.
    package func begin(_ transaction: SMTPTransaction, isContentReleased: Bool = false) {
        eventLoop.assertInEventLoop()
        guard machine.isReady else { return finishLater(.notSent(.notReady), transaction.source) }
        var message = spares.popLast() ?? []
        transaction.source.writeMessage(into: &message)
        let envelope = SMTPClientMachine.Envelope(
            sizeBytes: message.count,
            contains8BitBytes: message.contains8BitBytes,
            needsSMTPUTF8: transaction.sender.needsSMTPUTF8 || transaction.recipient.needsSMTPUTF8
        )
        let actions = machine.begin(envelope, isContentReleased: isContentReleased)
        // Refused without a byte sent. Later, or a list of such recipients would recurse until the stack ends.
        if let result = actions.completion {
            recycle(message)
            return finishLater(result, transaction.source)
        }
        let slot = MessageSlot(transaction: transaction, message: message)
        if first == nil { first = slot } else { next = slot }
        perform(actions)
    }

    /// Lets a message's content go, at once or when the server waits for it.
    package func releaseContent(of source: any SMTPMessageSource) {
        eventLoop.assertInEventLoop()
        guard let place = place(of: source) else { return }
        perform(machine.releaseContent(place))
    }

    /// Gives a message up whose content was not released; ends in `.discarded` unless the server refuses it before.
    package func discard(_ source: any SMTPMessageSource) {
        eventLoop.assertInEventLoop()
        guard let place = place(of: source) else { return }
        perform(machine.discard(place))
    }

    /// Says QUIT, after the transactions that are under way, and closes.
    package func quit() {
        eventLoop.assertInEventLoop()
        perform(machine.quit())
    }

    /// Closes at once. A transaction under way ends as its stage demands: not sent, or in doubt.
    package func abort() {
        eventLoop.assertInEventLoop()
        perform(machine.abort())
    }

    // MARK: ChannelInboundHandler

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if machine.isClosed {
            context.close(promise: nil)
        } else if context.channel.isActive {
            perform(machine.connected())
        }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        perform(machine.connectionClosed(reason: errorReason))
        self.context = nil
    }

    package func channelActive(context: ChannelHandlerContext) {
        perform(machine.connected())
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        bytesReceived &+= UInt64(buffer.readableBytes)
        let bytes = buffer.readableBytesUInt8Span
        var offset = 0
        // What arrived together was there before anything that is written from here on. A reply that was begun earlier
        // belongs to what was written by then.
        var owed = isReplyBegunUnasked ? 0 : machine.repliesOwed
        do {
            while !machine.isClosed, let reply = try parser.next(in: bytes, at: &offset) {
                if transcript != nil { transcribe(reply) }
                let isFollowed = offset < bytes.count || !parser.isAtBoundary
                if owed == 0, machine.repliesOwed > 0 {
                    perform(machine.prematureReplyReceived(reply))
                } else {
                    owed = max(owed - 1, 0)
                    perform(machine.replyReceived(reply, isFollowed: isFollowed))
                }
            }
            isReplyBegunUnasked = owed == 0 && !parser.isAtBoundary
        } catch {
            perform(machine.replyMalformed(error))
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        errorReason = Self.describe(error)
        if !handshakeFailed(error) { perform(machine.connectionClosed(reason: errorReason)) }
        context.close(promise: nil)
    }

    package func channelInactive(context: ChannelHandlerContext) {
        perform(machine.connectionClosed(reason: errorReason))
    }

    // MARK: Actions

    /// No connection could be made.
    func connectFailed(reason: String) {
        perform(machine.connectFailed(reason: reason))
    }

    func perform(_ actions: SMTPClientMachine.Actions) {
        // Out of the way first: what is written next is another message's, and a completion may begin one more.
        let finished = takeFinished(actions)
        // Before the write: the socket may take the content, or fail, at once, and what follows has its own timer.
        switch actions.timer {
        case .start(let stage): startTimer(stage)
        case .stop: timer.stop()
        case nil: break
        }
        if let write = actions.write {
            if transcript != nil { transcribe(write) }
            perform(write)
        }
        if actions.isClosing {
            timer.cancel()
            // Drops what the socket has not taken. It must: a message that is reported as not sent stays unterminated.
            context?.close(promise: nil)
        }
        if actions.startsTLS { startTLS() }
        if actions.isOpened, let whenOpened = whenOpened.take() { whenOpened(.success(self)) }
        if let result = actions.completion { finished.first?.finished(result) }
        if let result = actions.nextCompletion { finished.next?.finished(result) }
        if actions.isReadyForContent { first?.source.contentAwaited() }
        if actions.isClosing { finish(actions.fault) }
    }

    /// Takes the messages that are over out of their places.
    private func takeFinished(
        _ actions: SMTPClientMachine.Actions
    ) -> (first: (any SMTPMessageSource)?, next: (any SMTPMessageSource)?) {
        var finished: (first: (any SMTPMessageSource)?, next: (any SMTPMessageSource)?)
        if actions.nextCompletion != nil { finished.next = retire(&next) }
        if actions.completion != nil {
            finished.first = retire(&first)
            swap(&first, &next)
        }
        return finished
    }

    /// Empties the place, and keeps the buffer for another message.
    private func retire(_ place: inout MessageSlot?) -> (any SMTPMessageSource)? {
        guard let slot = place.take() else { return nil }
        var message: [UInt8] = []
        swap(&message, &slot.message)
        recycle(message)
        return slot.source
    }

    /// 18 random bytes, as many as RFC 7677's examples have.
    private static func makeNonce() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return Base64.encode((0..<18).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    private func startTimer(_ stage: TransactionStage) {
        var allowance = configuration.timeouts[stage]
        if stage == .content {
            allowance = min(allowance, DeadlineTimer.allowanceMax)
            allowance = allowance * (1 + min((first?.message.count ?? 0) / Self.dataBlockSizeBytes, 1000))
        }
        timer.start(allowance)
    }

    private func place(of source: any SMTPMessageSource) -> MessagePlace? {
        if let first, first.source === source { return .first }
        if let next, next.source === source { return .next }
        return nil
    }

    private func recycle(_ message: consuming [UInt8]) {
        guard message.capacity <= Self.keptCapacityMaxBytes, spares.count < 2 else { return }
        message.removeAll(keepingCapacity: true)
        spares.append(message)
    }

    private func finishLater(_ result: TransactionResult, _ source: any SMTPMessageSource) {
        eventLoop.assumeIsolated().execute { source.finished(result) }
    }

    private func finish(_ fault: ConnectionFault?) {
        transcribeEnd(fault)
        if let whenOpened = whenOpened.take() {
            whenOpened(.failure(fault ?? .closedLocally))
        } else {
            whenClosed.take()?(fault)
        }
        whenClosed = nil
    }
}

extension [UInt8] {
    /// True when a byte has its high bit set.
    fileprivate var contains8BitBytes: Bool {
        // All bytes are read, without a branch: the compiler turns this into vector instructions.
        var bitsSeen: UInt8 = 0
        for byte in self { bitsSeen |= byte }
        return bitsSeen >= 0x80
    }
}

extension Optional {
    /// Empties the variable and returns what was in it.
    fileprivate mutating func take() -> Wrapped? {
        defer { self = nil }
        return self
    }
}
