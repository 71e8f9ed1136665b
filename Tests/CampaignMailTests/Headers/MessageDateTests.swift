import Testing

@testable import CampaignMail

@Suite("Date")
struct MessageDateTests {
    @Test(
        "seconds since 1970 in the form of RFC 5322",
        arguments: [
            (0, "Thu, 1 Jan 1970 00:00:00 +0000"), (testDate, "Sat, 21 Nov 2026 01:00:00 +0000"),
            (951_825_599, "Tue, 29 Feb 2000 11:59:59 +0000"), (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
            (-2_208_988_800, "Mon, 1 Jan 1900 00:00:00 +0000"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 +0000"),
            (1_709_251_200, "Fri, 1 Mar 2024 00:00:00 +0000"), (4_107_542_400, "Mon, 1 Mar 2100 00:00:00 +0000"),
        ] as [(Int64, String)])
    func text(seconds: Int64, expected: String) {
        #expect(MessageDate.text(secondsSince1970: seconds) == expected)
    }

    @Test("outside 1900 to 9999 there is none", arguments: [-2_208_988_801, 253_402_300_800, .min, .max] as [Int64])
    func none(seconds: Int64) {
        #expect(MessageDate.text(secondsSince1970: seconds) == nil)
    }
}
