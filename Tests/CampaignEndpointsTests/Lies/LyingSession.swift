import NIOCore
import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// One session of a ``LyingServer``. Replies leave once per read, as those of servers do.
final class LyingSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Content { case none, dotted, chunk(Int) }

    /// Of a message whose content is lied about: then the lie comes.
    static let contentHeardBytes = 64 * 1024

    private let number: Int
    private let dialect: Dialect
    private let plans: [LiePlan]
    private let ledger: LieLedger
    private let isRefused: Bool
    private var received = ByteBuffer()
    private var outbound = ByteBuffer()
    private var content = Content.none
    /// MAIL commands so far, less one.
    private var message = -1
    private var hasSender = false
    private var recipient: String?
    private var isOver = false
    private var contentHeard = 0
    private var isSaidAhead = false
    private var isHeld = false

    init(_ number: Int, _ dialect: Dialect, _ plans: [LiePlan], _ ledger: LieLedger, isRefused: Bool) {
        self.number = number
        self.dialect = dialect
        self.plans = plans
        self.ledger = ledger
        self.isRefused = isRefused
    }

    func channelActive(context: ChannelHandlerContext) {
        if isRefused {
            outbound.writeString("421 4.7.0 too many connections\r\n")
            return end(context)
        }
        respond(.greeting, "220 mx\r\n", context)
        flush(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        guard !isOver else { return }
        let size = buffer.readableBytes
        received.writeBuffer(&buffer)
        if case .none = content {} else { listen(size, context) }
        while !isOver, takeNext(context) {}
        flush(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: The truth

    /// Takes a command or a message; false when there is none yet.
    private func takeNext(_ context: ChannelHandlerContext) -> Bool {
        switch content {
        case .none:
            guard let line = takeLine() else { return false }
            obey(line, context)
        case .dotted:
            while let line = takeLine() {
                if line == ".\r\n" {
                    finishMessage(context)
                    return true
                }
            }
            return false
        case .chunk(let size):
            guard received.readableBytes >= size else { return false }
            received.moveReaderIndex(forwardBy: size)
            finishMessage(context)
        }
        return true
    }

    /// Hears content, and may have enough of it.
    private func listen(_ size: Int, _ context: ChannelHandlerContext) {
        contentHeard += size
        guard contentHeard >= Self.contentHeardBytes, let lie = lie(at: .content) else { return }
        ledger.lied()
        _ = tell(lie, "451 4.3.0 stop\r\n", context)
        if !isOver { end(context) }
    }

    private func obey(_ line: String, _ context: ChannelHandlerContext) {
        switch line.prefix(4) {
        case "EHLO", "LHLO": respond(.hello, hello(dialect.helloLines), context)
        // Not lied about: it follows a lie about EHLO.
        case "HELO": outbound.writeString("250 mx\r\n")
        case "MAIL":
            message += 1
            hasSender = respond(.mail, "250 2.1.0 Ok\r\n", context)
        case "RCPT":
            recipient = nil
            guard hasSender else { return say("503 5.5.1 no sender\r\n") }
            let address = String(line.dropFirst("RCPT TO:<".count).prefix { $0 != ">" })
            if address.hasPrefix("nobody") { return say("550 5.1.1 no such mailbox\r\n") }
            if respond(.recipient, "250 2.1.5 Ok\r\n", context) { recipient = address }
        case "DATA":
            guard recipient != nil else { return say("503 5.5.1 no recipient\r\n") }
            if respond(.data, "354 go\r\n", context) { content = .dotted } else { recipient = nil }
        case "BDAT": content = .chunk(Int(line.dropFirst(5).prefix { $0.isNumber }) ?? 0)
        case "RSET":
            (hasSender, recipient) = (false, nil)
            respond(.reset, "250 2.0.0 Ok\r\n", context)
        case "QUIT":
            respond(.quit, "221 2.0.0 bye\r\n", context)
            if !isOver { end(context) }
        default: outbound.writeString("500 5.5.2 what?\r\n")
        }
    }

    private func hello(_ lines: [String]) -> String {
        lines.enumerated().map { "250\($0 + 1 < lines.count ? "-" : " ")\($1)\r\n" }.joined()
    }

    private func finishMessage(_ context: ChannelHandlerContext) {
        content = .none
        guard let recipient else { return say("503 5.5.1 no recipient\r\n") }
        (self.recipient, hasSender) = (nil, false)
        let lie = lie(at: .finalReply)
        if lie?.keepsMessage ?? true {
            var copy = LieLedger.Copy(connection: number, isAcknowledged: true, isDenied: false)
            switch lie {
            case .close, .reset, .stall, .cut, .garbage, .eightBitJunk, .endlessReply, .endlessLine, .codeChanged:
                copy.isAcknowledged = false
            case .keptThough: (copy.isAcknowledged, copy.isDenied) = (false, true)
            default: break
            }
            ledger.kept(recipient, copy)
        }
        respond(.finalReply, "250 2.0.0 Ok: queued\r\n", context)
    }

    private func takeLine() -> String? {
        guard let lineFeed = received.readableBytesView.firstIndex(of: 0x0A) else { return nil }
        return received.readString(length: lineFeed - received.readerIndex + 1)
    }

    // MARK: The lies

    private func lie(at step: DialogueStep) -> Lie? {
        let isOncePerSession = [.greeting, .hello, .quit].contains(step)
        return plans.first { $0.step == step && (isOncePerSession || $0.message == message) }?.lie
    }

    /// Answers, or lies; false when the answer is that the command has not worked.
    @discardableResult
    private func respond(_ step: DialogueStep, _ honest: String, _ context: ChannelHandlerContext) -> Bool {
        guard let lie = lie(at: step), !lie.isAhead else {
            if lie(at: step) == .early, isSaidAhead { return true }
            outbound.writeString(honest)
            speakAhead(after: step)
            return true
        }
        ledger.lied()
        return tell(lie, honest, context)
    }

    /// Says what only the next command will ask for.
    private func speakAhead(after step: DialogueStep) {
        let next = step.next(dialect)
        let messageThen = next == .mail ? message + 1 : message
        let plan = plans.first { $0.lie.isAhead && $0.step == next && (next == .hello || $0.message == messageThen) }
        guard let plan else { return }
        ledger.lied()
        isSaidAhead = true
        switch (plan.lie, plan.step) {
        case (.stray, _): outbound.writeString(Lie.strayReply)
        case (_, .hello): outbound.writeString(hello(dialect.helloLines))
        case (_, .data): outbound.writeString("354 go\r\n")
        default: outbound.writeString("250 2.0.0 Ok\r\n")
        }
    }

    private func tell(_ lie: Lie, _ honest: String, _ context: ChannelHandlerContext) -> Bool {
        switch lie {
        case .early, .stray: break
        case .split:
            flush(context)
            for byte in honest.utf8 {
                outbound.writeInteger(byte)
                flush(context)
            }
        case .late:
            flush(context)
            outbound.writeString(honest)
            hold(context, .milliseconds(5))
        case .eightBitText:
            outbound.writeString(String(honest.prefix(3)) + (honest.contains("-") ? "-" : " "))
            outbound.writeBytes([0xFF, 0xFE, 0xC3, 0x28, 0x80, 0x0D, 0x0A])
            if let end = honest.firstIndex(of: "\r\n"), honest.contains("-") {
                outbound.writeString(String(honest[honest.index(after: end)...]))
            }
        case .longReply:
            for line in 0..<500 { outbound.writeString("\(honest.prefix(3))-X-LINE-\(line) of many\r\n") }
            outbound.writeString(honest)
        case .bareLineFeeds: outbound.writeString(honest.replacing("\r\n", with: "\n"))
        case .close: end(context)
        case .reset:
            flush(context)
            reset(context)
        case .stall: isOver = true
        case .cut:
            outbound.writeString(String(honest.prefix(2)))
            end(context)
        case .garbage: outbound.writeString("this is no reply\r\n")
        case .eightBitJunk: outbound.writeBytes([0x80, 0xFF, 0xC0, 0xAF, 0x0D, 0x0A])
        case .endlessReply: say(String(repeating: "\(honest.prefix(3))-and so on\r\n", count: 10_000))
        case .endlessLine: outbound.writeRepeatingByte(UInt8(ascii: "2"), count: 100_000)
        case .codeChanged: outbound.writeString("250-one\r\n550 other\r\n")
        case .twice: outbound.writeString(honest + honest)
        case .replyThenClose:
            outbound.writeString(honest)
            end(context)
        case .code(let reply):
            outbound.writeString(reply + "\r\n")
            return reply.prefix(1) == honest.prefix(1)
        case .keptThough(let reply): outbound.writeString(reply + "\r\n")
        }
        return true
    }

    // MARK: Writing

    private func say(_ text: String) { outbound.writeString(text) }

    private func flush(_ context: ChannelHandlerContext) {
        guard outbound.readableBytes > 0, !isHeld else { return }
        let buffer = outbound
        outbound.clear()
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    /// Nothing leaves for so long, lest what comes after a late reply overtake it.
    private func hold(_ context: ChannelHandlerContext, _ time: TimeAmount) {
        isHeld = true
        context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.isHeld = false
            self.flush(context)
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        flush(context)
        context.close(promise: nil)
    }

    private func reset(_ context: ChannelHandlerContext) {
        isOver = true
        let now = linger(l_onoff: 1, l_linger: 0)
        (context.channel as? any SocketOptionProvider)?.setSoLinger(now).whenFailure { _ in }
        context.close(promise: nil)
    }
}
