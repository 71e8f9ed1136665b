import Foundation
import NIOCore
import NIOSSL
import Synchronization

/// One session of a `SecureMailServer`.
final class MailSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Reading {
        case command
        case content
        case chunk(Int)
        case authentication
    }

    private let behaviour: ServerBehaviour
    private let records: SharedRecords
    private let context: NIOSSLContext?
    private var received = ByteBuffer()
    private var reading = Reading.command
    private var isEncrypted: Bool
    private var user: String?
    private var recipients: [String] = []
    private var content: [UInt8] = []
    private var login: ServerAuthentication?

    init(_ behaviour: ServerBehaviour, _ records: SharedRecords, _ context: NIOSSLContext?) {
        self.behaviour = behaviour
        self.records = records
        self.context = context
        isEncrypted = behaviour.security == .implicitTLS
    }

    func channelActive(context: ChannelHandlerContext) {
        say("220 mail.example.test\r\n", context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        while step(context) {}
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    /// Takes one line, or one chunk; false when there is none.
    private func step(_ context: ChannelHandlerContext) -> Bool {
        if case .chunk(let size) = reading {
            guard let bytes = received.readBytes(length: size) else { return false }
            content = bytes
            reading = .command
            take(context)
            return true
        }
        guard let end = received.readableBytesView.firstIndex(of: 0x0A),
            let bytes = received.readBytes(length: end - received.readerIndex + 1)
        else { return false }
        switch reading {
        case .content: contentLine(bytes, context)
        case .authentication: answered(String(decoding: bytes.dropLast(2), as: UTF8.self), context)
        case .command, .chunk: command(String(decoding: bytes.dropLast(2), as: UTF8.self), context)
        }
        return true
    }

    private func contentLine(_ line: [UInt8], _ context: ChannelHandlerContext) {
        guard line == Array(".\r\n".utf8) else {
            content += line.first == 0x2E ? line.dropFirst() : line[...]
            return
        }
        reading = .command
        take(context)
    }

    /// LMTP answers once for each recipient.
    private func take(_ context: ChannelHandlerContext) {
        let (bytes, isEncrypted, user) = (content, isEncrypted, user)
        records.all.withLock { records in
            records.messages += recipients.map {
                ReceivedMessage(recipient: $0, bytes: bytes, isEncrypted: isEncrypted, user: user)
            }
        }
        if behaviour.hangsUpAt == .contentTaken { return context.close(promise: nil) }
        for recipient in behaviour.isLMTP ? recipients : ["it"] { say("250 2.0.0 \(recipient) taken\r\n", context) }
        content = []
        recipients = []
    }

    private func command(_ line: String, _ context: ChannelHandlerContext) {
        records.all.withLock { $0.commands.append(line) }
        let words = line.split(separator: " ").map(String.init)
        switch words.first?.uppercased() {
        case behaviour.isLMTP ? "LHLO" : "EHLO": hello(context)
        case "STARTTLS" where behaviour.security == .startTLS && !isEncrypted: startTLS(context)
        case "AUTH" where words.count > 1: authenticate(words, context)
        case "MAIL" where !behaviour.mechanisms.isEmpty && user == nil:
            say("530 5.7.0 Authentication required\r\n", context)
        case "MAIL", "RSET", "NOOP": say("250 2.0.0 Ok\r\n", context)
        case "RCPT":
            recipients.append(String(line.dropFirst(9).prefix { $0 != ">" }))
            say("250 2.1.5 Ok\r\n", context)
        case "DATA" where behaviour.hangsUpAt == .data: context.close(promise: nil)
        case "DATA":
            reading = .content
            say("354 go\r\n", context)
        case "BDAT": reading = .chunk(Int(words[1]) ?? 0)
        case "QUIT":
            say("221 2.0.0 bye\r\n", context)
            context.close(promise: nil)
        default: say("500 5.5.2 unknown: \(line)\r\n", context)
        }
    }

    private func hello(_ context: ChannelHandlerContext) {
        var lines = ["mail.example.test"] + behaviour.extensions
        if behaviour.security == .startTLS, behaviour.offersSTARTTLS, !isEncrypted { lines.append("STARTTLS") }
        if isEncrypted { lines += behaviour.extensionsInsideTLS }
        if !behaviour.mechanisms.isEmpty, isEncrypted || behaviour.security == .none {
            lines.append("AUTH \(behaviour.mechanisms.joined(separator: " "))")
        }
        let text = lines.enumerated().map { "250\($0 + 1 < lines.count ? "-" : " ")\($1)\r\n" }.joined()
        say(text, context)
    }

    private func startTLS(_ channelContext: ChannelHandlerContext) {
        say(behaviour.startTLSReply, channelContext)
        guard behaviour.startTLSReply.hasPrefix("220"), let context else { return }
        isEncrypted = true
        do {
            try channelContext.pipeline.syncOperations.addHandler(
                NIOSSLServerHandler(context: context), position: .first)
        } catch {
            channelContext.close(promise: nil)
        }
    }

    private func authenticate(_ words: [String], _ context: ChannelHandlerContext) {
        if let reply = behaviour.authenticationReply { return say(reply, context) }
        var login = ServerAuthentication(words[1].uppercased(), behaviour)
        guard behaviour.mechanisms.contains(login.mechanism) else { return say("504 5.5.4 unknown\r\n", context) }
        reading = .authentication
        if words.count > 2 {
            self.login = login
            return answered(words[2], context)
        }
        let challenge = login.firstChallenge()
        self.login = login
        say("334 \(challenge)\r\n", context)
    }

    private func answered(_ line: String, _ context: ChannelHandlerContext) {
        guard var login else { return }
        let verdict = login.answered(line)
        self.login = login
        switch verdict {
        case .challenge(let text): return say("334 \(text)\r\n", context)
        case .accepted:
            user = behaviour.user
            say("235 2.7.0 Authentication successful\r\n", context)
        case .refused: say("535 5.7.8 Error: authentication failed: \(line)\r\n", context)
        }
        reading = .command
    }
}
