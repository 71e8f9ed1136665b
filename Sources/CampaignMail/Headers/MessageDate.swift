/// A date-time of RFC 5322 §3.3, in UTC: `Sat, 21 Nov 2026 01:00:00 +0000`.
enum MessageDate {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    /// First second of 1900, and of 10000.
    private static let secondsRange: Range<Int64> = -2_208_988_800..<253_402_300_800

    /// Nil outside the years 1900 to 9999.
    static func text(secondsSince1970 seconds: Int64) -> String? {
        guard secondsRange.contains(seconds) else { return nil }
        let days = floorDivide(seconds, 86_400)
        let second = seconds - days * 86_400
        let weekday = weekdays[Int(days - floorDivide(days, 7) * 7)]
        // Days to civil date over eras of 400 years that begin on 1 March.
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 2 : monthFromMarch - 10
        let year = yearOfEra + era * 400 + (month < 2 ? 1 : 0)
        let time = [second / 3_600, second / 60 % 60, second % 60].map(twoDigits).joined(separator: ":")
        return "\(weekday), \(day) \(months[Int(month)]) \(year) \(time) +0000"
    }

    private static func twoDigits(_ value: Int64) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
        a >= 0 ? a / b : -((b - 1 - a) / b)
    }
}
