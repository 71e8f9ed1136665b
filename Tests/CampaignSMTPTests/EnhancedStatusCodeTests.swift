import CampaignSMTP
import Testing

@Suite("Enhanced status code")
struct EnhancedStatusCodeTests {
    @Test(
        "is read from the beginning of a reply's text",
        arguments: [
            ("5.1.1 No such user", EnhancedStatusCode(5, 1, 1)), ("2.0.0", EnhancedStatusCode(2, 0, 0)),
            ("4.7.28\nmore", EnhancedStatusCode(4, 7, 28)), ("5.7.515 x", EnhancedStatusCode(5, 7, 515)),
            ("5.999.999 x", EnhancedStatusCode(5, 999, 999)),
        ]
    )
    func read(_ text: String, _ expected: EnhancedStatusCode) {
        #expect(Reply(code: 550, text: text).enhancedStatusCode == expected)
        #expect(text.hasPrefix(expected.description))
    }

    @Test(
        "other texts have none",
        arguments: [
            "", "5", "5.", "5.1", "5.1.", "3.1.1 x", "5.1.1x", "5.1.1.2 x", "5.1000.1 x", "5.1.0001 x", " 5.1.1", "OK",
        ]
    )
    func none(_ text: String) {
        #expect(Reply(code: 550, text: text).enhancedStatusCode == nil)
    }
}
