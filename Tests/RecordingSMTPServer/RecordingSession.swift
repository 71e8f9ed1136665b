import NIOCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The server's side of one connection (RFC 5321, with PIPELINING, 8BITMIME, SMTPUTF8, SIZE, ENHANCEDSTATUSCODES).
final class RecordingSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Longest command line taken.
    private static let lineLengthMaxBytes = 4096

    private let options: ServerOptions
    private let policy: MessagePolicy
    private let recorder: Recorder
    private var pending = ByteBuffer()
    private var replies = ByteBuffer()
    private var hasSender = false
    private var recipients: [[UInt8]] = []
    private var reader: MessageReader?
    private var isClosing = false

    init(options: ServerOptions, policy: MessagePolicy, recorder: Recorder) {
        self.options = options
        self.policy = policy
        self.recorder = recorder
    }

    func channelActive(context: ChannelHandlerContext) {
        reply("220 recording-smtp-server ESMTP")
        flush(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if pending.readableBytes == 0 { pending = buffer } else { pending.writeBuffer(&buffer) }
        while !isClosing, readNext() {}
        if pending.readableBytes == 0 { pending = ByteBuffer() } else { pending.discardReadBytes() }
        flush(context)
    }

    /// The client was silent for longer than it may be (RFC 5321 §4.5.3.2.7): told, and cut off.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        guard !isClosing else { return }
        isClosing = true
        reply("421 4.4.2 Idle for too long")
        flush(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Reads one command line, or a message's lines; false when more bytes are needed.
    private func readNext() -> Bool {
        if reader != nil {
            guard let isComplete = reader?.read(from: &pending), isComplete else {
                if pending.readableBytes + (reader?.sizeBytes ?? 0) > options.sizeLimitBytes { refuseSize() }
                return false
            }
            finishMessage()
            return true
        }
        let view = pending.readableBytesView
        guard let lineFeed = view.firstIndex(of: 0x0A) else {
            if view.count > Self.lineLengthMaxBytes {
                reply("500 5.5.2 Line too long")
                isClosing = true
            }
            return false
        }
        var line = Array(view[..<lineFeed])
        if line.last == 0x0D { line.removeLast() }
        pending.moveReaderIndex(forwardBy: lineFeed - view.startIndex + 1)
        take(line)
        return true
    }

    private func take(_ line: [UInt8]) {
        switch String(decoding: line.prefix(4), as: UTF8.self).uppercased() {
        case "EHLO": greet()
        case "HELO": reply("250 recording-smtp-server")
        case "MAIL": takeSender(line)
        case "RCPT": takeRecipient(line)
        case "DATA":
            guard !recipients.isEmpty else { return reply("503 5.5.1 No valid recipients") }
            reader = MessageReader()
            reply("354 End with a dot")
        case "RSET":
            reset()
            reply("250 2.0.0 Ok")
        case "NOOP": reply("250 2.0.0 Ok")
        case "VRFY": reply("252 2.0.0 Perhaps")
        case "QUIT":
            reply("221 2.0.0 Bye")
            isClosing = true
        default: reply("500 5.5.2 What?")
        }
    }

    private func greet() {
        reset()
        reply("250-recording-smtp-server")
        if options.offersPipelining { reply("250-PIPELINING") }
        reply("250-SIZE \(options.sizeLimitBytes)")
        reply("250-8BITMIME")
        reply("250-SMTPUTF8")
        reply("250 ENHANCEDSTATUSCODES")
    }

    private func takeSender(_ line: [UInt8]) {
        guard !hasSender else { return reply("503 5.5.1 Sender already given") }
        guard Self.path(in: line) != nil else { return reply("501 5.5.4 MAIL FROM:<address>") }
        let size = String(decoding: line, as: UTF8.self).uppercased().split(separator: " ")
            .first { $0.hasPrefix("SIZE=") }.flatMap { Int($0.dropFirst(5)) }
        if let size, size > options.sizeLimitBytes { return reply("552 5.3.4 Too large") }
        hasSender = true
        reply("250 2.1.0 Ok")
    }

    private func takeRecipient(_ line: [UInt8]) {
        guard hasSender else { return reply("503 5.5.1 MAIL first") }
        guard let recipient = Self.path(in: line), !recipient.isEmpty else {
            return reply("501 5.5.4 RCPT TO:<address>")
        }
        if let refusal = policy.refusal(of: recipient) { return reply(refusal) }
        recipients.append(recipient)
        reply("250 2.1.5 Ok")
    }

    private func finishMessage() {
        guard let message = reader else { return }
        reader = nil
        defer { reset() }
        let fate = policy.nextFate()
        guard fate != .drop else {
            isClosing = true
            return
        }
        do {
            try recorder.record(
                messageID: message.messageID,
                recipients: recipients,
                sizeBytes: message.sizeBytes
            )
        } catch {
            return reply("451 4.3.0 \(error.operation) failed: \(error.code)")
        }
        switch fate {
        case .recordAndDie: _exit(1)
        case .recordAndDrop, .drop: isClosing = true
        case .accept: reply("250 2.0.0 Ok: recorded")
        }
    }

    private func refuseSize() {
        reply("552 5.3.4 Too large")
        isClosing = true
    }

    private func reset() {
        hasSender = false
        recipients.removeAll(keepingCapacity: true)
    }

    private func reply(_ line: String) {
        replies.writeString(line)
        replies.writeStaticString("\r\n")
    }

    /// Sends the replies to all commands that came together in one write, as a pipelining server does.
    private func flush(_ context: ChannelHandlerContext) {
        let output = replies
        replies = ByteBuffer()
        guard options.latencyMilliseconds > 0 else { return send(output, isLast: isClosing, context) }
        let isLast = isClosing
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(options.latencyMilliseconds)) { [self] in
            send(output, isLast: isLast, context)
        }
    }

    private func send(_ output: ByteBuffer, isLast: Bool, _ context: ChannelHandlerContext) {
        if output.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
        if isLast { context.close(promise: nil) }
    }

    /// The address in angle brackets, whose quoted part may hold one.
    private static func path(in line: [UInt8]) -> [UInt8]? {
        guard let open = line.firstIndex(of: 0x3C) else { return nil }
        var isQuoted = false
        var index = open + 1
        while index < line.count {
            switch line[index] {
            case 0x22: isQuoted.toggle()
            case 0x5C where isQuoted: index += 1
            case 0x3E where !isQuoted: return Array(line[(open + 1)..<index])
            default: break
            }
            index += 1
        }
        return nil
    }
}
