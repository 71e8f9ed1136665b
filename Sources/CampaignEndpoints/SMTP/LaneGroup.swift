import CampaignDomain
import CampaignEngine
import CampaignSMTP
import NIOCore

/// The lanes of one event loop: their share of the work, and their outcomes on the way back.
///
/// SAFETY: everything mutable is touched on `eventLoop` alone; other threads only enqueue closures there.
final class LaneGroup: @unchecked Sendable {
    let eventLoop: any EventLoop
    private var lanes: [SMTPLane] = []
    /// Lanes without a message. The last used comes first: its connection is warm, and the others may go idle.
    private var idle: [SMTPLane] = []
    private var waiting: [Delivery] = []
    private var waitingHead = 0
    private var reports: [DeliveryReport] = []
    private var isFlushScheduled = false
    private var reporter: EndpointReporter?
    private var whenClosed: (() -> Void)?

    init(
        _ eventLoop: any EventLoop, lanes count: Int, address: SMTPServerAddress,
        configuration: SMTPConnectionConfiguration, messagesPerConnection: Int?
    ) {
        self.eventLoop = eventLoop
        lanes = (0..<count).map { _ in
            SMTPLane(
                eventLoop, address: address, configuration: configuration, messagesPerConnection: messagesPerConnection)
        }
        idle = lanes
    }

    func attach(_ reporter: EndpointReporter) {
        eventLoop.execute { self.reporter = reporter }
    }

    func deliver(_ batch: [Delivery]) {
        eventLoop.execute {
            self.waiting.append(contentsOf: batch)
            self.pump()
        }
    }

    private func pump() {
        while waitingHead < waiting.count, let lane = idle.popLast() {
            let delivery = waiting[waitingHead]
            waitingHead += 1
            lane.send(delivery) { outcome in
                self.reports.append(DeliveryReport(delivery, outcome))
                self.idle.append(lane)
                self.scheduleFlush()
            }
        }
        if waitingHead == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            waitingHead = 0
        }
    }

    /// At the end of this turn of the loop: by then every lane whose reply was in the socket has reported.
    private func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        eventLoop.execute { self.flush() }
    }

    private func flush() {
        isFlushScheduled = false
        reporter?.report(reports)
        reports.removeAll(keepingCapacity: true)
        pump()
        if idle.count == lanes.count, let whenClosed {
            self.whenClosed = nil
            for lane in lanes { lane.quit() }
            whenClosed()
        }
    }

    /// Gives back what has not begun, waits for what has, and then hangs up.
    func close(deadline: ContinuousClock.Instant) async {
        await withCheckedContinuation { continuation in
            eventLoop.execute {
                let fault = EndpointFault(.dropped, "the engine is stopping")
                for delivery in self.waiting[self.waitingHead...] {
                    self.reports.append(DeliveryReport(delivery, .notSent(fault)))
                }
                self.waiting.removeAll()
                self.waitingHead = 0
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
