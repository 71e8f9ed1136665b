import CampaignDomain
import CampaignEngine

/// The world's time as the engine reads it. Waiting lets the rest of the world go on.
///
/// SAFETY: a world and everything in it belong to one thread.
final class SimulatedClock: EngineClock, @unchecked Sendable {
    private unowned let world: World
    private let origin = ContinuousClock.now
    /// What the time of day is wrong by.
    var error: Int64 = 0

    init(_ world: World) { self.world = world }

    /// 2026-01-01: an arbitrary day.
    static let epochMilliseconds: Int64 = 1_767_225_600_000

    var timeOfDay: Timestamp { Timestamp(milliseconds: Self.epochMilliseconds + world.time + error) }
    var instant: ContinuousClock.Instant { origin + .milliseconds(world.time) }

    func sleep(for duration: Duration) {
        world.pass(until: world.time + max(duration.milliseconds, 1)) { false }
    }

    func wait(for closing: ClosingEndpoints, until deadline: ContinuousClock.Instant) {
        let left = max((deadline - instant).milliseconds, 0)
        world.pass(until: world.time + left) { closing.count == 0 }
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
