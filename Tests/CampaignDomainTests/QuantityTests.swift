import Testing

@testable import CampaignDomain

@Suite struct QuantityTests {
    @Test(
        "durations are whole numbers with a unit",
        arguments: [
            ("250ms", 250), ("60s", 60_000), ("5m", 300_000), ("1h", 3_600_000), ("0s", 0), ("8760h", 31_536_000_000),
        ])
    func durations(_ text: String, _ milliseconds: Int64) {
        #expect(Quantity.durationMilliseconds(text) == milliseconds)
    }

    @Test(
        "anything else is no duration",
        arguments: [
            "", "5", "s", "-1s", "1.5s", "1 s", "1S", "1d", "1h30m", "+5s", "٣s", "8761h", "99999999999999999999s",
            "9223372036854775807h", "999999999999999999ms",
        ])
    func notDurations(_ text: String) {
        #expect(Quantity.durationMilliseconds(text) == nil)
    }

    @Test(
        "rates are whole numbers per second, minute or hour",
        arguments: [("1000/s", 3_600_000), ("50/m", 3000), ("100/h", 100), ("1193046/s", 4_294_965_600)])
    func rates(_ text: String, _ perHour: UInt32) {
        #expect(Quantity.ratePerHour(text) == perHour)
    }

    @Test(
        "anything else is no rate",
        arguments: ["", "1000", "/s", "0/s", "-1/s", "1.5/s", "1/d", "1 /s", "1193047/s", "9223372036854775807/s"])
    func notRates(_ text: String) {
        #expect(Quantity.ratePerHour(text) == nil)
    }

    @Test("the option takes messages per second too, and 0 for no limit") func option() {
        #expect(Quantity.ratePerHour(option: "50") == 180_000)
        #expect(Quantity.ratePerHour(option: "50/m") == 3000)
        #expect(Quantity.ratePerHour(option: "0") == 0)
        #expect(Quantity.ratePerHour(option: "fast") == nil)
    }

    @Test(
        "seconds are shown in two units at most",
        arguments: [
            (0, "0s"), (59, "59s"), (60, "1m 00s"), (3599, "59m 59s"), (3600, "1h 00m"), (90_061, "1d 01h"), (-5, "0s"),
        ])
    func shown(_ seconds: Int64, _ text: String) {
        #expect(Quantity.shown(seconds: seconds) == text)
    }
}
