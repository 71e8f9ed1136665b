import NIOCore

/// A timer that is restarted several times per message and hardly ever runs out. Bound to its event loop.
///
/// Restarting it stores a deadline. One scheduled task looks at the deadline when it is due and is scheduled anew for
/// what is left, so that a start costs no allocation but when it is due before the task is.
final class DeadlineTimer {
    /// Longest time that can run; longer ones are cut to it, which keeps the sum of now and time in range.
    static let allowanceMax = TimeAmount.hours(24)

    /// Called when a started time has run out.
    var whenExpired: (() -> Void)?

    private let eventLoop: any EventLoop
    private var deadline: NIODeadline?
    private var check: Scheduled<Void>?
    private var checkTime = NIODeadline.distantFuture

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Runs for `allowance` from now on, instead of what ran before.
    func start(_ allowance: TimeAmount) {
        let deadline = eventLoop.now + min(allowance, Self.allowanceMax)
        self.deadline = deadline
        if check == nil || deadline < checkTime { scheduleCheck(at: deadline) }
    }

    /// Stops what runs. The scheduled task stays, for the next start.
    func stop() {
        deadline = nil
    }

    /// Stops for good.
    func cancel() {
        deadline = nil
        check?.cancel()
        check = nil
        whenExpired = nil
    }

    private func scheduleCheck(at time: NIODeadline) {
        check?.cancel()
        checkTime = time
        check = eventLoop.assumeIsolated().scheduleTask(deadline: time) { [self] in checkDeadline() }
    }

    private func checkDeadline() {
        check = nil
        guard let deadline else { return }
        if eventLoop.now < deadline { return scheduleCheck(at: deadline) }
        self.deadline = nil
        whenExpired?()
    }
}
