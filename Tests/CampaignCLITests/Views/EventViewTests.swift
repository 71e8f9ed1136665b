import CampaignDomain
import CampaignEngine
import Testing

@testable import campaign

@Suite struct EventViewTests {
    private static let names = EventNames(recipient: Samples.record(), endpoints: ["smtp://a:25"])
    private static let ada = #""ordinal":7,"address":"ada@example.com","key":"\#(IdempotencyKey(high: 1, low: 8))""#

    struct Shape: CustomTestStringConvertible, Sendable {
        var event: Event
        var fields: String
        var testDescription: String { event.typeName }
        init(_ event: Event, _ fields: String) { (self.event, self.fields) = (event, fields) }
    }

    @Test(
        "each event has its own fields after the common ones",
        arguments: [
            Shape(.engineStopped(reason: "r"), #""reason":"r""#),
            Shape(.journalAdopted(from: "a", to: "b"), #""from":"a","to":"b""#),
            Shape(
                .storeRecovered(reason: "full", retries: 3, pausedMilliseconds: 90),
                #""reason":"full","retries":3,"pausedMilliseconds":90"#),
            Shape(.recipientsImported(total: 3, columns: ["email"]), #""total":3,"columns":["email"]"#),
            Shape(.jobStarted(endpoints: ["dir:a"]), #""endpoints":["dir:a"]"#),
            Shape(.jobPaused(reason: "r"), #""reason":"r""#),
            Shape(.jobAborted(reason: "r", recoverable: true), #""reason":"r","recoverable":true"#),
            Shape(
                .endpointFailed(0, attempt: 1, retries: 5, reason: "r"),
                #""endpoint":"smtp://a:25","attempt":1,"retries":5,"reason":"r""#),
            Shape(
                .endpointPaused(0, until: Samples.time), #""endpoint":"smtp://a:25","until":"2026-03-01T09:30:00.123Z""#
            ),
            Shape(.endpointRecovered(0), #""endpoint":"smtp://a:25""#),
            Shape(.endpointRemoved(9, reason: "r"), #""endpoint":"endpoint 9","reason":"r""#),
            Shape(.recipient(7, .claimed(0)), ada + #","endpoint":"smtp://a:25""#),
            Shape(.recipient(7, .sent(0, reply: "250 ok")), ada + #","endpoint":"smtp://a:25","reply":"250 ok""#),
            Shape(
                .recipient(7, .failed(0, .unknownAddress, reply: "550")),
                ada + #","endpoint":"smtp://a:25","kind":"unknownAddress","reply":"550""#),
            Shape(
                .recipient(7, .deferred(0, attempt: 2, due: Samples.time, reply: "450")),
                ada + #","endpoint":"smtp://a:25","attempt":2,"due":"2026-03-01T09:30:00.123Z","reply":"450""#),
            Shape(.recipient(7, .inDoubt(0, reason: "lost")), ada + #","endpoint":"smtp://a:25","reason":"lost""#),
            Shape(
                .recipient(7, .inDoubtResolved(.notSent, evidence: "e")),
                ada + #","verdict":"notSent","evidence":"e""#),
            Shape(.recipient(7, .skipped(.duplicate, detail: "d")), ada + #","reason":"duplicate","detail":"d""#),
        ])
    func shapes(_ shape: Shape) {
        let view = EventView(logged: Samples.logged(shape.event), names: Self.names)
        let common =
            #"{"sequence":42,"time":"2026-03-01T09:30:00.123Z","epoch":3,"job":1,"type":"\#(shape.event.typeName)","#
        #expect(view.json.text == common + shape.fields + "}")
    }

    @Test("a recipient that the journal no longer knows keeps its ordinal") func erased() {
        let view = EventView(logged: Samples.logged(.recipient(7, .claimed(0))), names: EventNames())
        #expect(view.json.text.contains(#""ordinal":7,"address":null,"key":null"#))
    }

    @Test("a reply that holds control codes is shown, not obeyed") func hostile() {
        let event = Event.recipient(7, .sent(0, reply: "250 \u{1B}[2J\r\nok"))
        let view = EventView(logged: Samples.logged(event), names: Self.names)
        #expect(view.line(paint: .plain).hasSuffix(#"reply=250 \u{1b}[2J\u{d}\u{a}ok"#))
        let sentence = Sanitised.line(HistorySentence(event: view).text)
        #expect(sentence.contains(#"\u{1b}[2J"#))
    }

    @Test("a history tells what happened, when, and what was answered") func sentences() {
        func sentence(_ change: RecipientChange) -> String {
            HistorySentence(event: EventView(logged: Samples.logged(.recipient(7, change)), names: Self.names)).text
        }
        let time = "2026-03-01 09:30:00"
        #expect(sentence(.sent(0, reply: "250 ok")) == "\(time): sent through smtp://a:25. It answered \"250 ok\".")
        #expect(
            sentence(.skipped(.suppressed, detail: ""))
                == "\(time): skipped, because the address is on a suppression list.")
        #expect(
            sentence(.deferred(0, attempt: 1, due: Samples.time, reply: ""))
                == "\(time): deferred by smtp://a:25 at attempt 1; tried again from \(time) on.")
        #expect(sentence(.inDoubt(0, reason: "lost")).contains("may or may not have taken the message (lost)."))
        #expect(sentence(.inDoubtResolved(.resend, evidence: "boss")).hasSuffix("pending again (boss)."))
    }

    @Test("the filter admits what was asked for") func filter() {
        let sent = Samples.logged(.recipient(7, .sent(0, reply: "")))
        #expect(EventFilter().admits(sent))
        #expect(EventFilter(types: ["RecipientSent"]).admits(sent))
        #expect(!EventFilter(types: ["RecipientFailed"]).admits(sent))
        #expect(EventFilter(ordinals: [7]).admits(sent))
        #expect(!EventFilter(ordinals: [8]).admits(sent))
        #expect(!EventFilter(ordinals: [7]).admits(Samples.logged(.jobResumed)))
        #expect(!EventFilter(from: 43).admits(sent))
        #expect(!EventFilter(until: 41).admits(sent))
        #expect(!EventFilter(job: JobID(2)).admits(sent))
    }
}
