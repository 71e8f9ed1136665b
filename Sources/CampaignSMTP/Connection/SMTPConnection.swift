package import NIOCore

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
    private static let keptCapacityMaxBytes = 1024 * 1024

    package let eventLoop: any EventLoop
    package let configuration: SMTPConnectionConfiguration
    package private(set) var bytesReceived: UInt64 = 0
    package private(set) var bytesSent: UInt64 = 0
    /// Called once when an open session is over, after the completion of the transaction under way; with the fault, or
    /// nil after `quit()`. Not called when `whenOpened` was given a failure.
    package var whenClosed: ((ConnectionFault?) -> Void)?

    private var whenOpened: ((Result<SMTPConnection, ConnectionFault>) -> Void)?
    private var machine: SMTPClientMachine
    private var parser = ReplyParser()
    private var context: ChannelHandlerContext?
    private let timer: DeadlineTimer
    private var transaction: SMTPTransaction?
    private var completion: ((TransactionResult) -> Void)?
    /// The message under way, as its source wrote it.
    private var message: [UInt8] = []
    /// Reused for every write: the socket has let go of it by the next one, unless it is congested.
    private var outbound: ByteBuffer
    private var errorReason: String?

    /// For a handler that is put into a channel by hand; `connect` is the usual way.
    ///
    /// - Parameter whenOpened: called once: when the session is open, or when it has failed before.
    package init(
        configuration: SMTPConnectionConfiguration,
        eventLoop: any EventLoop,
        whenOpened: @escaping (Result<SMTPConnection, ConnectionFault>) -> Void
    ) {
        self.eventLoop = eventLoop
        self.configuration = configuration
        self.whenOpened = whenOpened
        machine = SMTPClientMachine(greetingVerb: configuration.greetingVerb)
        timer = DeadlineTimer(eventLoop: eventLoop)
        outbound = ByteBufferAllocator().buffer(capacity: 2048)
        // Strong on purpose: a weak reference would make every retain of the connection take the slow path. The cycle ends
        // with the session, which cancels the timer.
        timer.whenExpired = { [self] in perform(machine.timedOut()) }
    }

    /// True when a transaction may be submitted.
    package var isReady: Bool { machine.isReady }
    /// What the server offers; empty until the session is open.
    package var capabilities: Capabilities { machine.capabilities }

    /// Sends one message. `completion` is called exactly once, never from within this call.
    ///
    /// A submission while the connection is not ready ends in `.notSent(.notReady)`.
    package func submit(_ transaction: SMTPTransaction, completion: @escaping (TransactionResult) -> Void) {
        eventLoop.assertInEventLoop()
        guard machine.isReady else { return completeLater(.notSent(.notReady), completion) }
        message.removeAll(keepingCapacity: message.capacity <= Self.keptCapacityMaxBytes)
        transaction.source.writeMessage(into: &message)
        let envelope = SMTPClientMachine.Envelope(
            sizeBytes: message.count,
            contains8BitBytes: message.contains8BitBytes,
            needsSMTPUTF8: transaction.sender.needsSMTPUTF8 || transaction.recipient.needsSMTPUTF8
        )
        let actions = machine.submit(envelope)
        // Refused without a byte sent. Later, or a list of such recipients would recurse until the stack ends.
        if let result = actions.completion { return completeLater(result, completion) }
        self.transaction = transaction
        self.completion = completion
        perform(actions)
    }

    /// Says QUIT, after the transaction that is under way, and closes.
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
        do {
            while !machine.isClosed, let reply = try parser.next(in: bytes, at: &offset) {
                perform(machine.replyReceived(reply))
            }
        } catch {
            perform(machine.replyMalformed(error))
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        errorReason = String(describing: error)
        perform(machine.connectionClosed(reason: errorReason))
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

    private func perform(_ actions: SMTPClientMachine.Actions) {
        // Before the write: the socket may take the content, or fail, at once, and what follows has its own timer.
        switch actions.timer {
        case .start(let stage): startTimer(stage)
        case .stop: timer.stop()
        case nil: break
        }
        if let write = actions.write { perform(write) }
        if actions.isClosing {
            timer.cancel()
            // Drops what the socket has not taken. It must: a message that is reported as not sent stays unterminated.
            context?.close(promise: nil)
        }
        if actions.isOpened, let whenOpened = whenOpened.take() { whenOpened(.success(self)) }
        if let result = actions.completion, let completion = completion.take() {
            transaction = nil
            completion(result)
        }
        if actions.isClosing { finish(actions.fault) }
    }

    private func perform(_ write: SMTPClientMachine.Write) {
        // Moved out, for every access to the property would be checked for exclusivity.
        var buffer = ByteBuffer()
        swap(&buffer, &outbound)
        buffer.clear()
        encode(write, into: &buffer)
        // The source, asked for its last word there, may have ended the session.
        guard let context, !machine.isClosed else { return }
        bytesSent &+= UInt64(buffer.readableBytes)
        if write == .content {
            // The promise fails unless the socket has taken every byte: only then is the terminator handed over.
            let promise = eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess { [self] in perform(machine.contentWritten()) }
            context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
        } else {
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
        if buffer.capacity <= Self.keptCapacityMaxBytes { outbound = buffer }
    }

    private func encode(_ write: SMTPClientMachine.Write, into buffer: inout ByteBuffer) {
        switch write {
        case .greeting(let verb): Command.greeting(verb, configuration.greetingName).encode(into: &buffer)
        case .reset: Command.reset.encode(into: &buffer)
        case .data: Command.data.encode(into: &buffer)
        case .emptyContent: DotStuffing.write([], into: &buffer)
        case .quit: Command.quit.encode(into: &buffer)
        case .group, .mail, .recipient, .content:
            guard let transaction else { return }
            encode(write, of: transaction, into: &buffer)
        }
    }

    private func encode(
        _ write: SMTPClientMachine.Write,
        of transaction: SMTPTransaction,
        into buffer: inout ByteBuffer
    ) {
        switch write {
        case .group(let parameters, let resetFirst):
            if resetFirst { Command.reset.encode(into: &buffer) }
            Command.mail(from: transaction.sender, parameters).encode(into: &buffer)
            Command.recipient(transaction.recipient).encode(into: &buffer)
            Command.data.encode(into: &buffer)
        case .mail(let parameters): Command.mail(from: transaction.sender, parameters).encode(into: &buffer)
        case .recipient: Command.recipient(transaction.recipient).encode(into: &buffer)
        case .content:
            DotStuffing.write(message, into: &buffer)
            transaction.source.beforeTerminator()
        case .greeting, .reset, .data, .emptyContent, .quit: break
        }
    }

    private func startTimer(_ stage: TransactionStage) {
        var allowance = configuration.timeouts[stage]
        if stage == .content {
            allowance = min(allowance, DeadlineTimer.allowanceMax)
            allowance = allowance * (1 + min(message.count / Self.dataBlockSizeBytes, 1000))
        }
        timer.start(allowance)
    }

    private func completeLater(_ result: TransactionResult, _ completion: @escaping (TransactionResult) -> Void) {
        eventLoop.assumeIsolated().execute { completion(result) }
    }

    private func finish(_ fault: ConnectionFault?) {
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
