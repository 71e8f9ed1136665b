import CampaignSMTP
import Testing

@Suite("Reply")
struct ReplyTests {
    @Test(
        "the queue id is found where servers put it",
        arguments: [
            ("2.0.0 Ok: queued as 4XyZ1a2b3c", "4XyZ1a2b3c"), ("OK id=1rABCd-000123-AB", "1rABCd-000123-AB"),
            ("2.0.0 (queued as <a.b@c>)", "a.b@c"), ("Ok: queued as AB12\nthanks", "AB12"), ("queued as F00;x", "F00"),
        ]
    )
    func queueID(_ text: String, _ expected: String) {
        #expect(Reply(code: 250, text: text).queueID == expected)
    }

    @Test("no queue id is made up", arguments: ["", "2.0.0 Ok", "queued as ", "queued as \u{E9}", "id=>"])
    func noQueueID(_ text: String) {
        #expect(Reply(code: 250, text: text).queueID == nil)
    }

    @Test("the description is one reply as people read it")
    func description() {
        #expect(Reply(code: 550, text: "5.1.1 no").description == "550 5.1.1 no")
        #expect(Reply(code: 354, text: "").description == "354")
        #expect(Reply(code: 250, text: "a\u{1B}b").description == "250 a\u{FFFD}b")
    }
}
