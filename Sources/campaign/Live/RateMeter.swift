/// How fast a count grows, over a sliding window, and when it will reach its goal. Reads no clock: times are given.
struct RateMeter {
    /// Samples older than this are forgotten.
    static let windowMilliseconds: Int64 = 10_000

    private var samples: [(time: Int64, count: UInt64)] = []

    mutating func add(milliseconds time: Int64, count: UInt64) {
        if let last = samples.last, time < last.time { samples.removeAll() }
        samples.append((time, count))
        // The sample just before the window stays: it is the window's beginning.
        while samples.count > 2, samples[1].time <= time - Self.windowMilliseconds { samples.removeFirst() }
    }

    /// Per second; nil until there are samples half a second apart. Never negative.
    var perSecond: Double? {
        guard let first = samples.first, let last = samples.last, last.time - first.time >= 500 else { return nil }
        let grown = last.count > first.count ? last.count - first.count : 0
        return Double(grown) * 1000 / Double(last.time - first.time)
    }

    /// Whole seconds until `open` more are done, nil when that cannot be told.
    func secondsLeft(open: UInt64) -> Int64? {
        guard open > 0, let perSecond, perSecond > 0 else { return nil }
        let seconds = Double(open) / perSecond
        return seconds < 1e9 ? Int64(seconds.rounded(.up)) : nil
    }
}
