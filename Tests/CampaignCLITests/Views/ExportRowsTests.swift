import CampaignDomain
import CampaignEngine
import Testing

@testable import campaign

@Suite struct ExportRowsTests {
    private func rows(
        _ format: ExportCommand.Format = .csv, columns: [String] = ["email", "name"], isExact: Bool = false,
        isTerminal: Bool = false
    ) -> ExportRows {
        ExportRows(format: format, columns: columns, isExact: isExact, isTerminal: isTerminal)
    }

    private func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }

    @Test(
        "cells are quoted as RFC 4180 asks",
        arguments: [
            ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
            ("a\r\nb", "\"a\r\nb\""),
            (" a", "\" a\""), ("é", "é"),
        ])
    func quoting(_ cell: String, _ written: String) {
        var bytes: [UInt8] = []
        CSVCell.append(cell, to: &bytes)
        #expect(text(bytes) == written)
    }

    @Test(
        "cells that a spreadsheet would run are defused, numbers are not",
        arguments: [
            ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+cmd|x", "'+cmd|x"), ("-2+3", "'-2+3"), ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"), ("-12.5", "-12.5"), ("+4917012345", "+4917012345"), ("-", "'-"), ("+1.2.3", "'+1.2.3"),
            ("a=b", "a=b"), ("", ""), ("-a@example.com", "'-a@example.com"),
        ])
    func formulas(_ cell: String, _ written: String) {
        #expect(CSVCell.defused(cell) == written)
    }

    @Test("a row of CSV has our columns, then the list's") func csv() {
        let record = Samples.record("ada@example.com", [("name", "=HYPERLINK(\"x\")")])
        let rows = rows()
        #expect(text(rows.header) == "ordinal,key,outcome,attempts,reason,email,name\r\n")
        let row = rows.row(record, .inDoubt, attempts: 2, reason: "lost,\u{1B}[2J")
        let key = record.key.description
        let reason = #""lost,\u{1b}[2J""#
        #expect(text(row) == "7,\(key),in-doubt,2,\(reason),ada@example.com,\"'=HYPERLINK(\"\"x\"\")\"\r\n")
    }

    @Test("--exact leaves cells as they are") func exact() {
        let record = Samples.record("a@example.com", [("name", "=1")])
        #expect(text(rows(isExact: true).row(record, .sent, attempts: 0, reason: nil)).hasSuffix(",=1\r\n"))
    }

    @Test("on a terminal control characters are shown") func terminal() {
        let record = Samples.record("a@example.com", [("name", "\u{1B}[2J")])
        #expect(
            text(rows(isTerminal: true).row(record, .sent, attempts: 0, reason: nil)).hasSuffix(#",\u{1b}[2J"# + "\r\n")
        )
    }

    @Test("a list's column called like one of ours is set apart") func clash() {
        #expect(text(rows(columns: ["email", "key"]).header).hasSuffix("email,list_key\r\n"))
    }

    @Test("JSON Lines is exact, and has no header") func jsonLines() {
        let record = Samples.record("a@example.com", [("name", "=1")])
        #expect(rows(.jsonl).header == nil)
        let row = text(rows(.jsonl).row(record, .failed, attempts: 1, reason: "550"))
        let expected =
            #"{"ordinal":7,"address":"a@example.com","key":"\#(record.key)","outcome":"failed","attempts":1,"#
            + #""reason":"550","fields":{"email":"a@example.com","name":"=1"}}"# + "\n"
        #expect(row == expected)
    }

    @Test("every phase is in exactly one outcome", arguments: RecipientPhase.allCases) func outcomes(
        _ phase: RecipientPhase
    ) {
        #expect(ExportCommand.Outcome.allCases.count { $0.includes(phase) } == 1)
    }

    @Test("the reason is the last one, and goes when it no longer holds") func reasons() {
        var reasons = OutcomeReasons()
        reasons.note(1, .deferred(0, attempt: 1, due: Samples.time, reply: "450"))
        reasons.note(1, .claimed(0))
        #expect(reasons[1] == "450")
        reasons.note(1, .sent(0, reply: "250"))
        #expect(reasons[1] == nil)
        reasons.note(2, .skipped(.suppressed, detail: ""))
        #expect(reasons[2] == "suppressed")
        reasons.note(3, .failed(0, .policy, reply: ""))
        #expect(reasons[3] == "policy")
    }
}
