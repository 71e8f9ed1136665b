import Foundation

/// When a line of a log was written, as far as its stamp tells: milliseconds since 1970.
///
/// Two forms: RFC 3339 (`2026-11-25T17:44:47.123456+01:00`), and RFC 3164 (`Nov 25 17:44:47`), which leaves out the year, the
/// zone and the fraction, and is written in local time: it can mean two moments where clocks were set back.
struct SyslogTime: Hashable {
    var earliest: Int64
    var latest: Int64

    /// - Parameter now: milliseconds since 1970; a stamp without a year is of the last year in which it is not later than a day
    ///   from now.
    init?(_ line: ArraySlice<UInt8>, now: Int64) {
        guard let first = line.first else { return nil }
        let time = first < 0x3A ? Self.full(line) : Self.short(line, now)
        guard let time else { return nil }
        self = time
    }

    private init(earliest: Int64, latest: Int64) {
        self.earliest = earliest
        self.latest = latest
    }

    private static func full(_ line: ArraySlice<UInt8>) -> SyslogTime? {
        let text = Array(line.prefix(40))
        guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"),
            let year = number(text, 0, 4), let month = number(text, 5, 2), let day = number(text, 8, 2),
            let hour = number(text, 11, 2), let minute = number(text, 14, 2), let second = number(text, 17, 2),
            (1...12).contains(month)
        else { return nil }
        var place = 19
        while place < text.count, text[place] == UInt8(ascii: ".") || isDigit(text[place]) { place += 1 }
        guard place < text.count else { return nil }
        var offset = 0
        if text[place] != UInt8(ascii: "Z") {
            guard text.count >= place + 6, let hours = number(text, place + 1, 2),
                let minutes = number(text, place + 4, 2),
                text[place] == UInt8(ascii: "+") || text[place] == UInt8(ascii: "-")
            else { return nil }
            offset = (hours * 60 + minutes) * 60 * (text[place] == UInt8(ascii: "-") ? -1 : 1)
        }
        let days = Self.days(year: year, month: month, day: day)
        let seconds = Int64(days * 86_400 + hour * 3600 + minute * 60 + second - offset)
        return SyslogTime(earliest: seconds * 1000, latest: seconds * 1000 + 999)
    }

    private static func short(_ line: ArraySlice<UInt8>, _ now: Int64) -> SyslogTime? {
        let text = Array(line.prefix(15))
        guard text.count == 15, let month = months.firstIndex(of: Array(text[0..<3])),
            let day = number(text[4] == UInt8(ascii: " ") ? [0x30] + text[5..<6] : Array(text[4..<6]), 0, 2),
            let hour = number(text, 7, 2), let minute = number(text, 10, 2), let second = number(text, 13, 2)
        else { return nil }
        guard let thisYear = Self.year(now) else { return nil }
        for year in [thisYear + 1, thisYear, thisYear - 1] {
            let moments = [false, true].compactMap { isSummer in
                local(year, Int32(month), Int32(day), Int32(hour), Int32(minute), Int32(second), isSummer: isSummer)
            }
            guard let earliest = moments.min(), let latest = moments.max() else { continue }
            if earliest <= now + 86_400_000 { return SyslogTime(earliest: earliest, latest: latest + 999) }
        }
        return nil
    }

    /// Years since 1900, here.
    private static func year(_ now: Int64) -> Int32? {
        var fields = unsafe tm()
        var seconds = time_t(now / 1000)
        guard unsafe localtime_r(&seconds, &fields) != nil else { return nil }
        return unsafe fields.tm_year
    }

    /// What the clocks here showed, in standard or in summer time; nil when that was not in force.
    private static func local(
        _ year: Int32, _ month: Int32, _ day: Int32, _ hour: Int32, _ minute: Int32, _ second: Int32, isSummer: Bool
    ) -> Int64? {
        var fields = unsafe tm()
        unsafe (fields.tm_year, fields.tm_mon, fields.tm_mday) = (year, month, day)
        unsafe (fields.tm_hour, fields.tm_min, fields.tm_sec) = (hour, minute, second)
        unsafe fields.tm_isdst = isSummer ? 1 : 0
        let moment = unsafe mktime(&fields)
        guard moment != -1, unsafe (fields.tm_isdst > 0) == isSummer else { return nil }
        return Int64(moment) * 1000
    }

    /// Days from 1970-01-01 in the Gregorian calendar.
    private static func days(year: Int, month: Int, day: Int) -> Int {
        // Years that begin in March end with the day that is not always there.
        let shifted = month > 2 ? year : year - 1
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + ofYear - 719_468
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].map
    {
        Array($0.utf8)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func number(_ text: [UInt8], _ start: Int, _ count: Int) -> Int? {
        guard start + count <= text.count else { return nil }
        var value = 0
        for byte in text[start..<start + count] {
            guard isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }
}
