public import CampaignDomain
import Foundation

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// The time that the engine decides by: the time of day, but never going back and never standing still.
///
/// When the time of day is set back, this goes on evenly from where it was, so that what is due in a minute is due in a
/// minute. When it is set forward, this follows. It begins where the log ended: the frames of a log are in order even if
/// the clock of an earlier engine was wrong.
struct EngineTime {
    private let clock: any EngineClock
    /// The last moment when the time of day was ahead, and when that was.
    private var base: Timestamp
    private var baseInstant: ContinuousClock.Instant

    /// - Parameter earliest: the time of the log's last frame.
    init(_ clock: any EngineClock, notBefore earliest: Timestamp) {
        self.clock = clock
        base = max(earliest, clock.timeOfDay)
        baseInstant = clock.instant
    }

    mutating func now() -> Timestamp {
        #if CAMPAIGN_MUTANTS
        if Mutant.clockFollowed.isPlanted {
            base = max(base, clock.timeOfDay)
            return base
        }
        #endif
        let instant = clock.instant
        let even = base.advanced(byMilliseconds: (instant - baseInstant).milliseconds)
        let timeOfDay = clock.timeOfDay
        guard timeOfDay > even else { return even }
        base = timeOfDay
        baseInstant = instant
        return timeOfDay
    }
}

extension Timestamp {
    /// The system's clock.
    public static var current: Timestamp {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
