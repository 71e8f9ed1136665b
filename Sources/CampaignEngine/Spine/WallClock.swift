public import CampaignDomain
import Foundation

/// The engine's only look at the time. Never goes back: due times and frames stay in order when the clock is set back.
struct WallClock {
    private var last: Int64 = 0

    mutating func now() -> Timestamp {
        last = max(last, Timestamp.current.milliseconds)
        return Timestamp(milliseconds: last)
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
