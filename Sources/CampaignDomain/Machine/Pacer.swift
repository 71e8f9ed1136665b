/// A smooth rate limit in whole numbers: a token bucket that holds 20 ms worth of messages, and one at least.
package struct Pacer: Sendable {
    private static let costPerMessage: Int64 = 3_600_000
    private static let burstMilliseconds: Int64 = 20

    private let ratePerHour: Int64
    private let creditMax: Int64
    private var credit: Int64
    private var updatedAt: Int64?

    /// `ratePerHour` 0 means no limit.
    package init(ratePerHour: UInt32) {
        self.ratePerHour = Int64(ratePerHour)
        // A wake-up comes up to a millisecond late: what that millisecond earns must not be lost.
        creditMax = max(Self.costPerMessage + Int64(ratePerHour), Int64(ratePerHour) * Self.burstMilliseconds)
        credit = Self.costPerMessage
    }

    /// Messages that may go now.
    package mutating func allowance(now: Timestamp) -> Int {
        guard ratePerHour > 0 else { return .max }
        let elapsed = min(max(now.milliseconds - (updatedAt ?? now.milliseconds), 0), 3_600_000)
        updatedAt = now.milliseconds
        credit = min(creditMax, credit + elapsed * ratePerHour)
        return Int(credit / Self.costPerMessage)
    }

    /// What ``allowance(now:)`` would work with now, and whether it was ever asked: all that decides its future answers.
    package func canonical(now: Timestamp) -> (credit: Int64, isRunning: Bool) {
        var pacer = self
        _ = pacer.allowance(now: now)
        return (pacer.credit, updatedAt != nil)
    }

    /// Whether waiting longer would earn nothing more: as good as new.
    package func isFull(now: Timestamp) -> Bool {
        var pacer = self
        _ = pacer.allowance(now: now)
        return ratePerHour == 0 || pacer.credit == creditMax
    }

    /// Goes on at another rate, with what was earned so far.
    package mutating func change(ratePerHour: UInt32, now: Timestamp) {
        guard Int64(ratePerHour) != self.ratePerHour else { return }
        var changed = Pacer(ratePerHour: ratePerHour)
        if self.ratePerHour > 0 {
            _ = allowance(now: now)
            changed.credit = min(credit, changed.creditMax)
        }
        changed.updatedAt = now.milliseconds
        self = changed
    }

    package mutating func consume(_ messages: Int) {
        if ratePerHour > 0 { credit -= Int64(messages) * Self.costPerMessage }
    }

    /// When the next message may go; nil without a limit.
    package func nextAllowed(now: Timestamp) -> Timestamp? {
        guard ratePerHour > 0 else { return nil }
        let missing = max(Self.costPerMessage - credit, 0)
        return now.advanced(byMilliseconds: (missing + ratePerHour - 1) / ratePerHour)
    }
}
