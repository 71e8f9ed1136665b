package import CampaignDomain
import Foundation

/// The log thread's only look at the time, and its only way to wait. The simulator puts its own in its place.
package protocol EngineClock: Sendable {
    /// The time of day. May be set forward and back by anyone.
    var timeOfDay: Timestamp { get }
    /// Goes forward at an even pace.
    var instant: ContinuousClock.Instant { get }

    func sleep(for duration: Duration)

    /// Waits until all of the endpoints have closed, at most until `deadline`.
    func wait(for closing: ClosingEndpoints, until deadline: ContinuousClock.Instant)
}

/// The system's clocks.
struct SystemClock: EngineClock {
    var timeOfDay: Timestamp { .current }
    var instant: ContinuousClock.Instant { .now }

    func sleep(for duration: Duration) {
        Thread.sleep(forTimeInterval: Double(duration.milliseconds) / 1000)
    }

    func wait(for closing: ClosingEndpoints, until deadline: ContinuousClock.Instant) {
        closing.wait(until: deadline)
    }
}
