import NIOCore

/// How what the machine wants written gets to the socket.
extension SMTPConnection {
    /// Messages larger than this go out in two parts, so that of most of them it is known that their end has not left.
    private static let undividedSizeMaxBytes = 64 * 1024
    /// The second part of them, without which no server can take the message for complete.
    private static let endSizeBytes = 5

    func perform(_ write: SMTPClientMachine.Write) {
        if case .content(let transfer, let group) = write { return writeContent(transfer, followedBy: group) }
        // Moved out, for every access to the property would be checked for exclusivity.
        var buffer = ByteBuffer()
        swap(&buffer, &outboundBehind)
        buffer.clear()
        encode(write, into: &buffer)
        guard let context, !machine.isClosed else { return }
        bytesSent &+= UInt64(buffer.readableBytes)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        outboundBehind = buffer
    }

    private func writeContent(_ transfer: ContentTransfer, followedBy group: EnvelopeGroup?) {
        guard let slot = first else { return }
        var content = ByteBuffer()
        swap(&content, &outbound)
        content.clear()
        switch transfer {
        case .data: DotStuffing.write(slot.message, into: &content)
        case .lastChunk: DotStuffing.writeLastChunk(slot.message, into: &content)
        }
        var behind: ByteBuffer?
        if let group {
            var buffer = ByteBuffer()
            swap(&buffer, &outboundBehind)
            buffer.clear()
            encode(.groupOfNext(group), into: &buffer)
            behind = buffer
            outboundBehind = buffer
        }
        if content.capacity <= Self.keptCapacityMaxBytes { outbound = content }
        let bodySizeBytes = content.readableBytes - Self.endSizeBytes
        guard bodySizeBytes > Self.undividedSizeMaxBytes, let context,
            let body = content.readSlice(length: bodySizeBytes)
        else { return writeEnd(content, behind) }
        bytesSent &+= UInt64(body.readableBytes)
        let promise = eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenSuccess { [self, content] in writeEnd(content, behind) }
        context.writeAndFlush(wrapOutboundOut(body), promise: promise)
    }

    /// Writes what makes the content whole, and what goes out behind it.
    private func writeEnd(_ end: ByteBuffer, _ behind: ByteBuffer?) {
        guard machine.stage == .content else { return }
        first?.source.beforeTerminator()
        // The source may have ended the session.
        guard let context, !machine.isClosed else { return }
        bytesSent &+= UInt64(end.readableBytes + (behind?.readableBytes ?? 0))
        if isEncrypted {
            // Inside of TLS a promise tells when the whole flush has left, and part of it may have: doubt begins now.
            context.write(wrapOutboundOut(end), promise: nil)
            if let behind { context.write(wrapOutboundOut(behind), promise: nil) }
            perform(machine.contentWritten())
        } else {
            // The promise fails unless the socket has taken every byte of `end`, whatever becomes of what is behind it.
            let promise = eventLoop.makePromise(of: Void.self)
            promise.futureResult.assumeIsolated().whenSuccess { [self] in perform(machine.contentWritten()) }
            context.write(wrapOutboundOut(end), promise: promise)
            if let behind { context.write(wrapOutboundOut(behind), promise: nil) }
        }
        context.flush()
    }

    func encode(_ write: SMTPClientMachine.Write, into buffer: inout ByteBuffer) {
        switch write {
        case .greeting(let verb): Command.greeting(verb, configuration.greetingName).encode(into: &buffer)
        case .startTLS: Command.startTLS.encode(into: &buffer)
        case .authentication(let line): Command.authentication(line).encode(into: &buffer)
        case .reset: Command.reset.encode(into: &buffer)
        case .data: Command.data.encode(into: &buffer)
        case .emptyContent: DotStuffing.write([], into: &buffer)
        case .quit: Command.quit.encode(into: &buffer)
        case .group(let group):
            if let first { encodeEnvelope(group, of: first, into: &buffer) }
        case .groupOfNext(let group):
            if let next { encodeEnvelope(group, of: next, into: &buffer) }
        case .mail(let parameters):
            first?.parameters = parameters
            if let first { encodeMail(parameters, of: first, into: &buffer) }
        case .recipient:
            if let first { encodeRecipient(of: first, first.parameters, into: &buffer) }
        case .content: break
        }
    }

    private func encodeEnvelope(_ group: EnvelopeGroup, of slot: MessageSlot, into buffer: inout ByteBuffer) {
        if group.resetFirst { Command.reset.encode(into: &buffer) }
        encodeMail(group.parameters, of: slot, into: &buffer)
        encodeRecipient(of: slot, group.parameters, into: &buffer)
        if group.endsWithData { Command.data.encode(into: &buffer) }
    }

    private func encodeMail(_ parameters: MailParameters, of slot: MessageSlot, into buffer: inout ByteBuffer) {
        Command.mail(from: slot.sender, parameters, envelopeID: slot.envelopeID)
            .encode(into: &buffer)
    }

    private func encodeRecipient(of slot: MessageSlot, _ mail: MailParameters, into buffer: inout ByteBuffer) {
        let parameters = RecipientParameters(
            notify: mail.isDSN ? configuration.terms.notify : nil, namesOriginalRecipient: mail.isDSN,
            isSMTPUTF8: mail.isSMTPUTF8)
        Command.recipient(slot.recipient, parameters).encode(into: &buffer)
    }
}
