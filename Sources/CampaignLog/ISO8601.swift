internal import Glibc

/// Points in time as text.
enum ISO8601 {
    /// `2026-11-21T01:02:03Z`.
    static func text(secondsSince1970 seconds: Int) -> String {
        var point = time_t(seconds)
        var parts = unsafe tm()
        guard unsafe gmtime_r(&point, &parts) != nil else { return "" }
        let year = unsafe Int(parts.tm_year) + 1_900
        let date = unsafe "\(year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return unsafe "\(date)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }

    private static func two(_ value: Int32) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
