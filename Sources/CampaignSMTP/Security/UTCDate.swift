/// A moment as people and certificates write it: `2026-11-25 17:44:46 UTC`. For what has no Foundation.
package struct UTCDate: Hashable, Sendable, CustomStringConvertible {
    package let year: Int64
    package let month: Int64
    package let day: Int64
    package let secondOfDay: Int64

    /// Proleptic Gregorian; any time before or after 1970.
    package init(secondsSince1970 time: Int64) {
        let dayLength: Int64 = 86_400
        var days = time / dayLength
        var rest = time % dayLength
        if rest < 0 {
            rest += dayLength
            days -= 1
        }
        secondOfDay = rest
        // Days since 0000-03-01: the leap day is then the year's last (H. Hinnant, "chrono-compatible date algorithms").
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package var description: String {
        let clock = [secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60].map(Self.twoDigits)
        return "\(year)-\(Self.twoDigits(month))-\(Self.twoDigits(day)) \(clock.joined(separator: ":")) UTC"
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
