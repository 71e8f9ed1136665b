import CampaignDomain
import CampaignEngine
import CampaignMail
import CampaignSMTP
import NIOCore

/// One connection's worth of sending. Confined to its event loop.
///
/// A lane has one message more than it may have claimed (`LaneTerms.claimsAhead`): with one claim, one that is being sent and
/// one whose envelope goes to the server behind it.
///
/// The connection is kept for the next message until it has been idle for too long or has carried its number of messages. One
/// that turns out to be dead before anything of a message's content has left is replaced once, and nobody is told.
final class SMTPLane {
    private unowned let group: LaneGroup
    private let eventLoop: any EventLoop
    private let terms: LaneTerms
    private(set) var connection: SMTPConnection? {
        didSet { countSession() }
    }
    /// While it is being opened.
    private var opening: SMTPConnection? {
        didSet { countSession() }
    }
    private var isSessionCounted = false
    /// Begun on the connection; and of these, answered by the server.
    private var begunCount = 0
    private var answeredCount = 0
    private var isAborted = false
    private var isFailing = false
    /// In the order in which they came.
    private var queue: [LaneMessage] = []
    private var spares: [LaneMessage] = []
    private var scratch = RenderScratch()
    private var sender: (text: String, path: EnvelopePath)?
    /// The last reply and its text: most replies of a server are alike.
    private var lastReply: (reply: Reply, text: String)?

    /// Where the group keeps the lane: in the list of lanes with so many messages, at this place.
    var position = 0
    /// When the last message left it.
    var idleSince = NIODeadline.now()

    init(_ group: LaneGroup, terms: LaneTerms) {
        self.group = group
        self.terms = terms
        eventLoop = group.eventLoop
        spares = (0..<terms.messagesPerLane).map { _ in LaneMessage(self) }
    }

    /// Messages that it has in hand.
    var load: Int { queue.count }
    var hasConnection: Bool { connection != nil }
    var hasSession: Bool { connection != nil || opening != nil }
    /// Whether it has a connection, or will ask for one.
    var isInUse: Bool { hasSession || !queue.isEmpty }

    // MARK: From the engine, through the group

    /// Takes one more message, to be started; nil if the lane has no room.
    func take(_ delivery: Delivery) -> LaneMessage? {
        guard let message = spares.popLast() else { return nil }
        message.take(delivery)
        queue.append(message)
        return message
    }

    /// Makes the message and brings its envelope to the server, now or when its turn comes.
    func start(_ message: LaneMessage) {
        do {
            try message.render(&scratch)
            advance()
        } catch {
            answer(message, .failed(.rendering, reply: "\(error)"))
        }
    }

    /// The claim is durable: the content may go.
    func deliver(_ message: LaneMessage, _ delivery: Delivery) {
        message.claim(delivery)
        if let pending = message.pending { return answer(message, pending) }
        if message.place == .begun { connection?.releaseContent(of: message) }
    }

    /// The message will not be claimed.
    func discard(_ message: LaneMessage) {
        guard !message.isClaimed, !message.isDiscarded else { return }
        message.isDiscarded = true
        if message.place == .begun { connection?.discard(message) } else { retire(message) }
    }

    /// A message that another lane could send as well: this one has no connection for it yet.
    var hasUnserved: Bool { !hasConnection && queue.contains { $0.isUntouched } }

    /// Parts with it; the group deals it out anew.
    func yieldUnserved() -> Delivery? {
        guard !hasConnection, let message = queue.first(where: { $0.isUntouched }), let delivery = message.delivery
        else { return nil }
        retire(message)
        return delivery
    }

    /// Gives back what is not claimed, because the engine is stopping.
    func giveBack(_ fault: EndpointFault) {
        for message in queue where !message.isClaimed && !message.isDiscarded {
            if let delivery = message.delivery { group.report(delivery, .notSent(fault)) }
            discard(message)
        }
    }

    // MARK: From the connection

    func contentAwaited(_ message: LaneMessage) { report(message) }

    /// Tells the engine that the message may be claimed; once, also where it is tried on a second connection.
    private func report(_ message: LaneMessage) {
        guard !message.isReported, !message.isDiscarded, let delivery = message.delivery else { return }
        message.isReported = true
        group.prepared(delivery)
    }

    func finished(_ message: LaneMessage, _ result: TransactionResult) {
        let isProven = answeredCount > 0
        switch result {
        case .accepted(let reply):
            answeredCount += 1
            message.delivery?.recordReply(code: reply.code)
            answer(message, .sent(reply: text(reply)))
        case .refused(let refusal):
            if message.isHandedOver { message.delivery?.recordReply(code: refusal.reply.code) }
            if refusal.reply.code == 421, !refusal.isThrottling, mayRepeat(message, isProven) {
                message.isRepeated = true
                return advance()
            }
            if refusal.reply.code == 421, !isProven, !message.hasContentBegun, group.isServed(without: self) {
                return giveUpToCrowd(message, EndpointFault(.dropped, text(refusal.reply)))
            }
            answeredCount += 1
            answer(message, DeliveryOutcome(refusal, reply: text(refusal.reply), isProven: isProven))
        case .notSent(let fault):
            // Given up for another message's sake: no fault of anybody's.
            if fault == .closedLocally, !isAborted, !message.hasContentBegun { return advance() }
            if mayRepeat(message, isProven) {
                message.isRepeated = true
                return advance()
            }
            answer(message, .notSent(EndpointFault(fault, isProven: isProven)))
        case .inDoubt(let fault): answer(message, .inDoubt(EndpointFault(fault, isProven: true)))
        case .discarded: retire(message)
        }
    }

    /// Whether another connection may be tried without a word. Only where this one has served before, so that its end is no
    /// trouble of the server's, and while no part of the content has left.
    private func mayRepeat(_ message: LaneMessage, _ isProven: Bool) -> Bool {
        isProven && !isAborted && !message.isRepeated && !message.hasContentBegun && !message.isDiscarded
    }

    // MARK: Answers

    private func answer(_ message: LaneMessage, _ outcome: DeliveryOutcome) {
        if message.isDiscarded { return retire(message) }
        if message.isReported, !message.isClaimed {
            message.pending = outcome
            return advance()
        }
        if let delivery = message.delivery { group.report(delivery, outcome) }
        retire(message)
    }

    private func retire(_ message: LaneMessage) {
        guard let place = queue.firstIndex(where: { $0 === message }) else { return }
        queue.remove(at: place)
        group.forget(message, of: self)
        message.clear()
        spares.append(message)
        advance()
    }

    private func text(_ reply: Reply) -> String {
        if let lastReply, lastReply.reply == reply { return lastReply.text }
        let text = "\(reply)"
        lastReply = (reply, text)
        return text
    }

    // MARK: Sending

    private func advance() {
        guard !isFailing else { return }
        beginWaiting()
        claimAhead()
    }

    /// Has messages claimed that wait behind others, as many as are allowed, so that a claim is durable by the time the server
    /// asks for the content. Not before there is a session: where none can be had, nothing is claimed.
    private func claimAhead() {
        guard terms.claimsAhead > 1, hasConnection else { return }
        for message in queue.prefix(terms.claimsAhead) { report(message) }
    }

    /// Begins what can be begun, in order.
    private func beginWaiting() {
        var index = 0
        while index < queue.count {
            let message = queue[index]
            index += 1
            guard message.place == .waiting, message.pending == nil else { continue }
            guard let connection else { return isAborted ? giveUpWaiting() : open() }
            guard connection.isReady else { return }
            if let limit = terms.messagesPerConnection, begunCount >= limit {
                guard connection.isIdle else { return }
                quit()
                return open()
            }
            begin(message, on: connection)
            // What has begun is left alone; the queue may have changed if it could not be.
            index = 0
        }
        if let limit = terms.messagesPerConnection, begunCount >= limit, connection?.isIdle == true { quit() }
    }

    private func begin(_ message: LaneMessage, on connection: SMTPConnection) {
        guard let delivery = message.delivery else { return retire(message) }
        do {
            try message.render(&scratch)
            let offersDSN = connection.capabilities.extensions.contains(.dsn)
            let transaction = SMTPTransaction(
                sender: try path(sender: delivery.sender), recipient: try EnvelopePath(bytes: delivery.wireRecipient),
                envelopeID: offersDSN ? message.key : nil, source: message)
            message.place = .begun
            begunCount += 1
            connection.begin(transaction, isContentReleased: message.isClaimed)
        } catch {
            answer(message, .failed(.rendering, reply: "\(error)"))
        }
    }

    private func path(sender text: String) throws(CommandArgumentError) -> EnvelopePath {
        if let sender, sender.text == text { return sender.path }
        let path = text.isEmpty ? .null : try EnvelopePath(text)
        sender = (text, path)
        return path
    }

    // MARK: The connection

    private func open() {
        guard opening == nil, connection == nil else { return }
        (begunCount, answeredCount) = (0, 0)
        var isAnswered = false
        let attempt = SMTPConnection.connect(
            to: terms.address, configuration: terms.configurationNow, on: eventLoop, transcript: terms.trace?.begin()
        ) { [self] result in
            isAnswered = true
            switch result {
            case .success(let opened):
                if let fault = opened.unfitness {
                    opening = nil
                    opened.quit()
                    return fail(EndpointFault(.hopeless, fault))
                }
                connection = opened
                opening = nil
                adopt(opened)
            case .failure(let fault):
                opening = nil
                fail(EndpointFault(fault, isProven: false))
            }
        }
        if !isAnswered { opening = attempt }
    }

    private func countSession() {
        guard hasSession != isSessionCounted else { return }
        isSessionCounted = hasSession
        group.sessionChanged(isOpen: hasSession)
    }

    private func adopt(_ opened: SMTPConnection) {
        group.served(self)
        // Strong on purpose, see the connection's timer: the cycle ends when the connection closes.
        opened.whenClosed = { [self] _ in
            guard connection === opened else { return }
            connection = nil
            advance()
        }
        advance()
    }

    /// There is no connection to be had.
    private func fail(_ fault: EndpointFault) {
        isFailing = true
        defer { isFailing = false }
        let isCrowded = fault.severity == .unavailable && !isAborted && group.isServed(without: self)
        if fault.severity == .unavailable, !isCrowded { group.refuseWaiting(fault) }
        for message in queue where message.place == .waiting && message.pending == nil {
            if isCrowded {
                giveUpToCrowd(message, EndpointFault(.dropped, fault.reason))
            } else {
                answer(message, .notSent(fault))
            }
        }
    }

    /// The server serves others and gives this lane nothing: another lane takes the message, unless the engine was told that
    /// it is prepared here.
    private func giveUpToCrowd(_ message: LaneMessage, _ fault: EndpointFault) {
        group.crowded()
        guard !message.isReported, !message.isClaimed, !message.isDiscarded, let delivery = message.delivery else {
            return answer(message, .notSent(fault))
        }
        retire(message)
        group.takeBack(delivery)
    }

    private func giveUpWaiting() { fail(EndpointFault(.closedLocally, isProven: true)) }

    /// Ends an idle connection politely.
    func quit() {
        let quitting = connection
        connection = nil
        quitting?.quit()
    }

    /// Ends for want of work, whether it has its session yet or not.
    func leave() {
        quit()
        opening?.abort()
    }

    /// Ends the session at once; what it had not begun goes on with another.
    func hangUp() { connection?.abort() }

    /// Hangs up for good: a message under way ends as its stage demands.
    func abort() {
        isAborted = true
        opening?.abort()
        connection?.abort()
        giveUpWaiting()
    }
}
