internal import Glibc

/// Says when a scan has held its snapshot for long enough: a held one keeps pages from being used again.
struct ScanClock {
    private var entries = 0
    private var started = ScanClock.now()

    private static let heldMaxNanoseconds: Int64 = 5_000_000
    private static let entriesPerLook = 16

    /// To be asked once for each entry.
    mutating func isDue() -> Bool {
        entries += 1
        guard entries % Self.entriesPerLook == 0 else { return false }
        return Self.now() - started > Self.heldMaxNanoseconds
    }

    private static func now() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
