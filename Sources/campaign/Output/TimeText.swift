import CampaignDomain

/// Times as text and back. The calendar is computed here: the same on every system, and quick enough for every event.
extension Timestamp {
    private static var dayMilliseconds: Int64 { 86_400_000 }

    /// ISO 8601 in UTC with milliseconds: `2026-03-01T09:30:00.000Z`.
    var iso8601: String {
        let days = milliseconds.flooredQuotient(Self.dayMilliseconds)
        let (year, month, day) = Self.civil(fromDays: days)
        // Not `milliseconds - days * …`: that product does not fit at the beginning of time.
        let remainder = milliseconds % Self.dayMilliseconds
        let rest = remainder < 0 ? remainder + Self.dayMilliseconds : remainder
        let time = [
            padded(rest / 3_600_000, 2), padded(rest / 60_000 % 60, 2), padded(rest / 1000 % 60, 2),
        ].joined(separator: ":")
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(time).\(padded(rest % 1000, 3))Z"
    }

    /// For people: `2026-03-01 09:30:00`, in UTC.
    var shown: String {
        let text = iso8601
        return String(text.dropLast(5)).replacing("T", with: " ", maxReplacements: 1)
    }

    /// Reads `2026-03-01T09:30:00[.fff]Z`, `2026-03-01 09:30[:00]` or `2026-03-01`; UTC always.
    init?(iso8601 text: String) {
        var text = Substring(text)
        if text.hasSuffix("Z") { text = text.dropLast() }
        let halves = text.split(omittingEmptySubsequences: false) { $0 == "T" || $0 == " " }
        guard (1...2).contains(halves.count), let date = Self.numbers(halves[0], separator: "-", 3...3),
            (1...12).contains(date[1]), (1...31).contains(date[2]), (1970...9999).contains(date[0])
        else { return nil }
        let days = Self.days(fromCivil: date[0], date[1], date[2])
        guard Self.civil(fromDays: days) == (date[0], date[1], date[2]) else { return nil }
        var total = days * Self.dayMilliseconds
        if halves.count == 2 {
            guard let time = Self.timeOfDay(halves[1]) else { return nil }
            total += time
        }
        self.init(milliseconds: total)
    }

    private static func timeOfDay(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let time = numbers(parts[0], separator: ":", 2...3),
            time[0] < 24, time[1] < 60, (time.count < 3 ? 0 : time[2]) < 60
        else { return nil }
        var total = (time[0] * 3600 + time[1] * 60 + (time.count < 3 ? 0 : time[2])) * 1000
        if parts.count == 2 {
            guard parts[1].utf8.count == 3, let fraction = number(parts[1]) else { return nil }
            total += fraction
        }
        return total
    }

    private static func numbers(_ text: Substring, separator: Character, _ count: ClosedRange<Int>) -> [Int64]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        let numbers = parts.compactMap(number)
        return numbers.count == parts.count && count.contains(parts.count) ? numbers : nil
    }

    private static func number(_ text: Substring) -> Int64? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    // Both from "days in the proleptic Gregorian calendar", eras of 400 years beginning on 1 March.
    private static func civil(fromDays days: Int64) -> (Int64, Int64, Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }

    private static func days(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.flooredQuotient(400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    /// The quotient rounded down. `divisor` is more than 0.
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number.magnitude)
    let zeros = String(repeating: "0", count: max(width - digits.utf8.count, 0))
    return (number < 0 ? "-" : "") + zeros + digits
}
