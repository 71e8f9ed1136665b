import CampaignDomain
import Testing

@testable import campaign

@Suite struct TimeTextTests {
    @Test(
        "times are ISO 8601 in UTC with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_772_357_400_123, "2026-03-01T09:30:00.123Z"),
            (951_827_696_000, "2000-02-29T12:34:56.000Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ])
    func writes(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
        if milliseconds >= 0 { #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds) }
    }

    @Test("the ends of time do not trap", arguments: [Int64.min, .max]) func extremes(_ milliseconds: Int64) {
        #expect(!Timestamp(milliseconds: milliseconds).iso8601.isEmpty)
        #expect(!Timestamp(milliseconds: milliseconds).shown.isEmpty)
    }

    @Test("every day of four centuries survives the way out and back") func days() {
        for day in stride(from: Int64(0), to: 146_097, by: 1) {
            let time = Timestamp(milliseconds: day * 86_400_000 + 45_296_789)
            guard Timestamp(iso8601: time.iso8601) == time else {
                Issue.record("day \(day): \(time.iso8601)")
                return
            }
        }
    }

    @Test(
        "shorter forms are read",
        arguments: ["2026-03-01", "2026-03-01T00:00", "2026-03-01 00:00:00", "2026-03-01T00:00:00.000"])
    func reads(_ text: String) {
        #expect(Timestamp(iso8601: text)?.iso8601 == "2026-03-01T00:00:00.000Z")
    }

    @Test(
        "nonsense is refused",
        arguments: [
            "", "now", "2026-02-29", "2026-13-01", "2026-1", "2026-03-01T24:00", "2026-03-01T10:60", "2026-03-01T10",
            "2026-03-01T10:00:00.5", "1969-12-31", "99999-01-01", "2026-03-01T10:00:00+01:00", "-2026-03-01",
            "2026-03-01T",
        ])
    func refuses(_ text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test("people see seconds") func shown() {
        #expect(Samples.time.shown == "2026-03-01 09:30:00")
    }
}
