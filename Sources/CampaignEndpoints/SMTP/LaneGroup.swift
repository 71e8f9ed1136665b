import CampaignDomain
import CampaignEngine
import CampaignSMTP
import NIOCore
import Synchronization

/// The lanes of one event loop: their share of the work, and their answers on the way back.
///
/// Work arrives in a mailbox that wakes the loop once, answers leave once per turn of the loop.
///
/// SAFETY: everything mutable but the mailbox is touched on `eventLoop` alone; other threads only enqueue closures there.
final class LaneGroup: @unchecked Sendable {
    enum Work: Sendable {
        case prepare([Delivery])
        case deliver([Delivery])
        case discard([Delivery])
    }

    let eventLoop: any EventLoop
    private let terms: LaneTerms
    private let mailbox = Mutex<[Work]>([])
    private let whenAnswered: @Sendable ([DeliveryName]) -> Void
    private var lanes: [SMTPLane] = []
    /// By the number of messages in hand. Of the idle ones the last used comes first: its connection is warm, and the others
    /// may go idle.
    private var lanesByLoad: [[SMTPLane]]
    private var waiting: [Delivery] = []
    private var waitingHead = 0
    private var messages: [DeliveryName: (lane: SMTPLane, message: LaneMessage)] = [:]
    private var reports: [DeliveryReport] = []
    private var prepared: [Delivery] = []
    private var answered: [DeliveryName] = []
    private var isFlushScheduled = false
    private var isSweepScheduled = false
    /// So many lanes take a message of their own before any takes a second one.
    private let spread: Int
    private var crowd: LaneCrowd
    private var reporter: EndpointReporter?
    private var isClosing = false
    private var whenClosed: (() -> Void)?

    /// - Parameters:
    ///   - spread: its share of the connections that slow start begins with.
    ///   - whenAnswered: called with the messages that the group has no more to do with.
    init(
        _ eventLoop: any EventLoop, lanes count: Int, spread: Int, terms: LaneTerms,
        whenAnswered: @escaping @Sendable ([DeliveryName]) -> Void
    ) {
        self.eventLoop = eventLoop
        self.terms = terms
        self.spread = spread
        self.whenAnswered = whenAnswered
        lanesByLoad = Array(repeating: [], count: terms.messagesPerLane + 1)
        crowd = LaneCrowd(lanes: count)
        lanes = (0..<count).map { _ in SMTPLane(self, terms: terms) }
        for lane in lanes {
            lane.position = lanesByLoad[0].count
            lanesByLoad[0].append(lane)
        }
    }

    func attach(_ reporter: EndpointReporter) {
        eventLoop.execute { self.reporter = reporter }
    }

    /// From any thread.
    func put(_ work: Work) {
        let isFirst = mailbox.withLock { mailbox in
            mailbox.append(work)
            return mailbox.count == 1
        }
        if isFirst { eventLoop.execute { self.takeMail() } }
    }

    /// Content goes out last, so that envelopes that arrived with it travel in the same write.
    private func takeMail() {
        let work = mailbox.withLock { mailbox in
            defer { mailbox = [] }
            return mailbox
        }
        for item in work {
            switch item {
            case .prepare(let batch): prepare(batch)
            case .discard(let batch): for delivery in batch { discard(DeliveryName(delivery)) }
            case .deliver: continue
            }
        }
        for case .deliver(let batch) in work { for delivery in batch { deliver(delivery) } }
    }

    private func prepare(_ batch: [Delivery]) {
        guard !isClosing else {
            for delivery in batch { report(delivery, .notSent(.stopping)) }
            return
        }
        waiting.append(contentsOf: batch)
        pump()
    }

    private func deliver(_ delivery: Delivery) {
        guard let (lane, message) = messages[DeliveryName(delivery)] else {
            // Sending it now could be a second copy: it may have been given back, and taken elsewhere.
            let fault = isClosing ? EndpointFault.stopping : EndpointFault(.dropped, "not prepared here")
            reports.append(DeliveryReport(delivery, .notSent(fault)))
            return scheduleFlush()
        }
        lane.deliver(message, delivery)
    }

    private func discard(_ name: DeliveryName) {
        if let (lane, message) = messages.removeValue(forKey: name) {
            answered.append(name)
            lane.discard(message)
            scheduleFlush()
        } else if let place = waiting[waitingHead...].firstIndex(where: { DeliveryName($0) == name }) {
            answered.append(name)
            waiting.remove(at: place)
            scheduleFlush()
        }
    }

    private func pump() {
        while waitingHead < waiting.count, let lane = laneForNext() {
            waitingHead += 1
            hand(waiting[waitingHead - 1], to: lane)
        }
        if waitingHead == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            waitingHead = 0
            relieve()
        }
    }

    private func hand(_ delivery: Delivery, to lane: SMTPLane) {
        guard let message = lane.take(delivery) else { return }
        move(lane, from: lane.load - 1, to: lane.load)
        messages[DeliveryName(delivery)] = (lane, message)
        lane.start(message)
    }

    /// A server that has no process left takes further connections in and says nothing, until one is free or the patience of
    /// this side is at its end. What was dealt to them goes to lanes that have a session and nothing else to do.
    private func relieve() {
        while let idle = lanesByLoad[0].last(where: { $0.hasConnection }), let delivery = unserved() {
            hand(delivery, to: idle)
        }
    }

    private func unserved() -> Delivery? {
        for load in 1...terms.messagesPerLane {
            if let lane = lanesByLoad[load].last(where: { $0.hasUnserved }) { return lane.yieldUnserved() }
        }
        return nil
    }

    /// Idle lanes with a connection first; then one that has none. Beyond the connections that slow start begins with there
    /// must be a lane full of messages in hand for each, which is how the engine counts connections. Else a message rides
    /// behind another, and waits with it if the server takes its time.
    private func laneForNext() -> SMTPLane? {
        if let warm = lanesByLoad[0].last(where: { $0.hasConnection }) { return warm }
        let loaded = lanes.count - lanesByLoad[0].count
        let perLane = terms.messagesPerLane
        var inHand = waiting.count - waitingHead
        for load in 1...perLane { inHand += load * lanesByLoad[load].count }
        let wanted = (inHand + perLane - 1) / perLane
        if let cold = lanesByLoad[0].last, loaded < max(spread, wanted), admits() { return cold }
        for load in 1..<perLane { if let lane = lanesByLoad[load].last { return lane } }
        return nil
    }

    private func move(_ lane: SMTPLane, from old: Int, to new: Int) {
        let last = lanesByLoad[old].removeLast()
        if last !== lane {
            last.position = lane.position
            lanesByLoad[old][lane.position] = last
        }
        lane.position = lanesByLoad[new].count
        lanesByLoad[new].append(lane)
        if new == 0 { becameIdle(lane) }
    }
}

// MARK: A server that gives fewer connections

extension LaneGroup {
    private var serving: Int { lanes.count { $0.hasConnection } }

    private func admits() -> Bool { crowd.lanesMax == nil || crowd.admits(beside: lanes.count { $0.isInUse }) }

    /// Whether the endpoint has a session besides this lane's, or will know soon whether it gets one.
    func isServed(without lane: SMTPLane) -> Bool {
        let isServed = lanes.contains { $0 !== lane && $0.hasSession } || (!lane.hasSession && terms.sessions.isAny)
        if !isServed { crowd.dissolve() }
        return isServed
    }

    func sessionChanged(isOpen: Bool) {
        if isOpen { terms.sessions.opened() } else { terms.sessions.closed() }
    }

    /// A lane got a session; what it was opened for may have gone elsewhere since.
    func served(_ lane: SMTPLane) {
        if lane.load == 0 { becameIdle(lane) }
        if crowd.lanesMax != nil { crowd.opened(serving: serving) }
        scheduleFlush()
    }

    /// Nobody is served: what waits for a lane would wait in vain.
    func refuseWaiting(_ fault: EndpointFault) {
        for delivery in waiting[waitingHead...] { report(delivery, .notSent(fault)) }
        waiting.removeAll(keepingCapacity: true)
        waitingHead = 0
    }

    /// The server has refused one more connection while it serves others.
    func crowded() {
        guard crowd.refused(serving: serving) else { return }
        eventLoop.assumeIsolated().scheduleTask(in: terms.retryInterval) { [weak self] in
            self?.crowd.intervalEnded()
            self?.pump()
        }
    }

    /// A lane has not begun with it: it is the next one's.
    func takeBack(_ delivery: Delivery) {
        waiting.insert(delivery, at: waitingHead)
        scheduleFlush()
    }
}

// MARK: Answers

extension LaneGroup {
    func prepared(_ delivery: Delivery) {
        prepared.append(delivery)
        scheduleFlush()
    }

    func report(_ delivery: Delivery, _ outcome: DeliveryOutcome) {
        reports.append(DeliveryReport(delivery, outcome))
        answered.append(DeliveryName(delivery))
        scheduleFlush()
    }

    /// The lane is done with the message.
    func forget(_ message: LaneMessage, of lane: SMTPLane) {
        if let delivery = message.delivery {
            let name = DeliveryName(delivery)
            // After a discard the name may be another message's already.
            if messages[name]?.message === message { messages[name] = nil }
        }
        move(lane, from: lane.load + 1, to: lane.load)
        scheduleFlush()
    }

    /// At the end of this turn of the loop: by then every lane whose reply was in the socket has reported.
    private func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        eventLoop.execute { self.flush() }
    }

    private func flush() {
        isFlushScheduled = false
        if !answered.isEmpty {
            whenAnswered(answered)
            answered.removeAll(keepingCapacity: true)
        }
        // Outcomes first: the next claim of a lane must not become durable before the last one's outcome.
        reporter?.report(reports)
        reports.removeAll(keepingCapacity: true)
        reporter?.prepared(prepared)
        prepared.removeAll(keepingCapacity: true)
        pump()
        if isClosing, lanesByLoad[0].count == lanes.count, let whenClosed {
            self.whenClosed = nil
            for lane in lanes { lane.leave() }
            whenClosed()
        }
    }
}

// MARK: Idleness and the end

extension LaneGroup {
    private func becameIdle(_ lane: SMTPLane) {
        lane.idleSince = .now()
        guard !isSweepScheduled else { return }
        isSweepScheduled = true
        scheduleSweep(at: lane.idleSince + terms.idleMax)
    }

    private func scheduleSweep(at time: NIODeadline) {
        eventLoop.assumeIsolated().scheduleTask(deadline: time) { [weak self] in self?.sweep() }
    }

    /// Ends the connections that have had nothing to do for too long.
    private func sweep() {
        let now = NIODeadline.now()
        var earliest: NIODeadline?
        for lane in lanesByLoad[0] where lane.hasConnection {
            let end = lane.idleSince + terms.idleMax
            if end <= now { lane.quit() } else { earliest = min(earliest ?? end, end) }
        }
        isSweepScheduled = earliest != nil
        if let earliest { scheduleSweep(at: earliest) }
    }

    /// Gives back what is not claimed, waits for what is, and then hangs up.
    func close(deadline: ContinuousClock.Instant) async {
        await withCheckedContinuation { continuation in
            eventLoop.execute {
                self.isClosing = true
                for delivery in self.waiting[self.waitingHead...] { self.report(delivery, .notSent(.stopping)) }
                self.waiting.removeAll()
                self.waitingHead = 0
                for lane in self.lanes { lane.giveBack(.stopping) }
                self.whenClosed = { continuation.resume() }
                self.scheduleFlush()
                let patience = deadline - .now
                let nanoseconds =
                    max(0, patience.components.seconds) * 1_000_000_000
                    + max(0, patience.components.attoseconds / 1_000_000_000)
                self.eventLoop.scheduleTask(in: .nanoseconds(nanoseconds)) {
                    for lane in self.lanes { lane.abort() }
                }
            }
        }
    }
}

extension EndpointFault {
    fileprivate static let stopping = EndpointFault(.dropped, "the engine is stopping")
}

/// Which delivery: there is one at a time for a recipient of a job.
struct DeliveryName: Hashable, Sendable {
    let job: JobID
    let ordinal: Ordinal

    init(_ delivery: Delivery) {
        job = delivery.job
        ordinal = delivery.ordinal
    }
}
