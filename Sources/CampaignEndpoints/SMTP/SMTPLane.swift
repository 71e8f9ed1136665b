import CampaignDomain
import CampaignEngine
import CampaignMail
import CampaignSMTP
import NIOCore

/// One connection's worth of sending: one message at a time, the connection kept for the next. Confined to its event loop.
final class SMTPLane: SMTPMessageSource {
    private let eventLoop: any EventLoop
    private let address: SMTPServerAddress
    private let configuration: SMTPConnectionConfiguration
    private let messagesPerConnection: Int?
    private var connection: SMTPConnection?
    /// While it is being opened.
    private var opening: SMTPConnection?
    private var messagesOnConnection = 0
    private var message: [UInt8] = []
    private var scratch = RenderScratch()
    private var sender: (text: String, path: EnvelopePath)?
    /// The last reply and its text: most replies of a server are alike.
    private var lastReply: (reply: Reply, text: String)?

    init(
        _ eventLoop: any EventLoop, address: SMTPServerAddress, configuration: SMTPConnectionConfiguration,
        messagesPerConnection: Int?
    ) {
        self.eventLoop = eventLoop
        self.address = address
        self.configuration = configuration
        self.messagesPerConnection = messagesPerConnection
    }

    /// Sends one message. `done` is called once, never from within this call.
    func send(_ delivery: Delivery, done: @escaping (DeliveryOutcome) -> Void) {
        message.removeAll(keepingCapacity: true)
        let transaction: SMTPTransaction
        do {
            try delivery.render(into: &message, scratch: &scratch)
            transaction = SMTPTransaction(
                sender: try path(sender: delivery.sender), recipient: try EnvelopePath(delivery.wireRecipient),
                source: self)
        } catch {
            return later { done(.failed(.rendering, reply: "\(error)")) }
        }
        if let connection, connection.isReady {
            submit(transaction, on: connection, done)
        } else {
            connect { result in
                switch result {
                case .success(let connection): self.submit(transaction, on: connection, done)
                case .failure(let fault): done(.notSent(EndpointFault(fault, isProven: false)))
                }
            }
        }
    }

    private func later(_ body: @escaping () -> Void) {
        eventLoop.assumeIsolated().execute(body)
    }

    private func path(sender text: String) throws(CommandArgumentError) -> EnvelopePath {
        if let sender, sender.text == text { return sender.path }
        let path = text.isEmpty ? .null : try EnvelopePath(text)
        sender = (text, path)
        return path
    }

    private func connect(_ done: @escaping (Result<SMTPConnection, ConnectionFault>) -> Void) {
        connection = nil
        messagesOnConnection = 0
        opening = SMTPConnection.connect(to: address, configuration: configuration, on: eventLoop) { [self] result in
            opening = nil
            if case .success(let opened) = result {
                connection = opened
                // Strong on purpose, see the connection's timer: the cycle ends when the connection closes.
                let identity = ObjectIdentifier(opened)
                opened.whenClosed = { [self] _ in
                    if let connection, ObjectIdentifier(connection) == identity { self.connection = nil }
                }
            }
            done(result)
        }
    }

    private func submit(
        _ transaction: SMTPTransaction, on connection: SMTPConnection, _ done: @escaping (DeliveryOutcome) -> Void
    ) {
        connection.submit(transaction) { [self] result in
            let outcome = outcome(result)
            if case .accepted = result {
                messagesOnConnection += 1
                if let limit = messagesPerConnection, messagesOnConnection >= limit { quit() }
            }
            done(outcome)
        }
    }

    private func outcome(_ result: TransactionResult) -> DeliveryOutcome {
        let isProven = messagesOnConnection > 0
        switch result {
        case .accepted(let reply): return .sent(reply: text(reply))
        case .notSent(let fault): return .notSent(EndpointFault(fault, isProven: isProven))
        case .inDoubt(let fault): return .inDoubt(EndpointFault(fault, isProven: true))
        case .refused(let refusal):
            let reply = text(refusal.reply)
            switch refusal.classification {
            case .recipientTemporary: return .deferred(reply: reply)
            case .recipientPermanent(.unknownAddress): return .failed(.unknownAddress, reply: reply)
            case .recipientPermanent(.mailboxFull): return .failed(.mailboxFull, reply: reply)
            case .recipientPermanent(.other): return .failed(.other, reply: reply)
            case .messageRefused: return .failed(.message, reply: reply)
            case .senderPolicy: return .failed(.policy, reply: reply)
            case .authentication: return .notSent(EndpointFault(.hopeless, reply))
            // A connection that has carried messages may have reached a limit of the server's: a new one will tell.
            case .endpointTrouble: return .notSent(EndpointFault(isProven ? .dropped : .unavailable, reply))
            }
        }
    }

    private func text(_ reply: Reply) -> String {
        if let lastReply, lastReply.reply == reply { return lastReply.text }
        let text = "\(reply)"
        lastReply = (reply, text)
        return text
    }

    /// Ends an idle connection politely.
    func quit() {
        connection?.quit()
        connection = nil
    }

    /// Hangs up at once: a message under way ends as its stage demands.
    func abort() {
        opening?.abort()
        connection?.abort()
    }

    // MARK: SMTPMessageSource

    func writeMessage(into bytes: inout [UInt8]) {
        swap(&bytes, &message)
    }
}

extension EndpointFault {
    /// - Parameter isProven: whether the connection has served before; then its loss says little about the server.
    init(_ fault: ConnectionFault, isProven: Bool) {
        let severity: Severity =
            switch fault {
            case .connectFailed, .sessionRefused: .unavailable
            case .timedOut(.connect), .timedOut(.greeting), .timedOut(.hello): .unavailable
            case .connectionLost(.connect, _), .connectionLost(.greeting, _), .connectionLost(.hello, _): .unavailable
            case .malformedReply, .unexpectedReply: isProven ? .dropped : .unavailable
            case .connectionLost, .timedOut, .notReady, .closedLocally: .dropped
            }
        self.init(severity, "\(fault)")
    }
}
