/// Durations (`250ms`, `60s`, `5m`, `1h`) and rates (`1000/s`, `50/m`, `100/h`) as people write them.
package enum Quantity {
    /// No duration is longer: 365 days.
    static let durationMaxMilliseconds: Int64 = 365 * 24 * 3_600_000

    /// Milliseconds, or nil for anything but a whole number followed by `ms`, `s`, `m` or `h`, 365 days at most.
    package static func durationMilliseconds(_ text: some StringProtocol) -> Int64? {
        guard let (number, unit) = numberAndUnit(text) else { return nil }
        let scale: Int64? =
            switch unit {
            case "ms": 1
            case "s": 1000
            case "m": 60_000
            case "h": 3_600_000
            default: nil
            }
        guard let scale else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow || product > durationMaxMilliseconds ? nil : product
    }

    /// Messages per hour from `1000/s`, `50/m` or `100/h`; at least 1 and at most `UInt32.max` per hour.
    package static func ratePerHour(_ text: some StringProtocol) -> UInt32? {
        guard let (number, unit) = numberAndUnit(text), number > 0 else { return nil }
        let scale: Int64? =
            switch unit {
            case "/s": 3600
            case "/m": 60
            case "/h": 1
            default: nil
            }
        guard let scale else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow ? nil : UInt32(exactly: product)
    }

    /// The option `--rate`: a rate, a plain number of messages per second, or `0` for no limit.
    package static func ratePerHour(option text: String) -> UInt32? {
        if text == "0" { return 0 }
        return ratePerHour(text) ?? ratePerHour(text + "/s")
    }

    /// `1h 02m 03s`, for people.
    package static func shown(seconds: Int64) -> String {
        let seconds = max(seconds, 0)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds >= 86_400 { return "\(seconds / 86_400)d \(two(seconds % 86_400 / 3600))h" }
        if seconds >= 3600 { return "\(seconds / 3600)h \(two(seconds % 3600 / 60))m" }
        if seconds >= 60 { return "\(seconds / 60)m \(two(seconds % 60))s" }
        return "\(seconds)s"
    }

    private static func numberAndUnit(_ text: some StringProtocol) -> (Int64, String)? {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty, digits.count <= 18, let number = Int64(String(decoding: digits, as: UTF8.self)) else {
            return nil
        }
        return (number, String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self))
    }
}
