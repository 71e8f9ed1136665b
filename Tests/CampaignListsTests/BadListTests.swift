import CampaignLists
import Testing

@Suite("Lists with one fault each")
struct BadListTests {
    static let rows: [(String, String)] = [
        ("stray-quote.csv", "3:16: a quote stands inside a field that does not begin with one"),
        ("text-after-quote.csv", "2:20: text follows the closing quote of a field"),
        ("unterminated-quote.csv", "3:15: the quote that opens here is never closed"),
        ("nul-byte.csv", "2:16: the row holds a NUL byte"),
        ("invalid-utf8.csv", "2:16: the row is not valid UTF-8"),
        ("too-few-fields.csv", "3:1: the row has 2 fields, the header 3 columns"),
        ("too-many-fields.csv", "2:19: the row has 3 fields, the header 2 columns"),
        ("bad-address.csv", "4:20: a space is not allowed in an address"),
        ("nested-value.jsonl", "2:33: the value of “name” is an object or an array; only plain values are fields"),
        ("unknown-key.jsonl", "2:27: the key “nmae” is not among the columns, which the first line names"),
        ("duplicate-key.jsonl", "2:27: the key “email” occurs twice"),
        ("not-json.jsonl", "2:1: the line is not a JSON object"),
        ("cut-short.jsonl", "2:33: the string is not closed on this line"),
        ("half-surrogate.jsonl", "2:34: half of a surrogate pair is no character"),
    ]

    static let headers: [(String, String)] = [
        ("missing-email-column.csv", "1:1: there is no column “email”; found “name”, “mail”"),
        ("duplicate-column.csv", "1:12: the column “name” occurs twice"),
        ("empty-column-name.csv", "1:7: a column has no name"),
        ("empty.csv", "1:1: the file is empty"),
        ("utf16.csv", "1:1: the file is UTF-16; lists must be UTF-8"),
        ("not-an-object.jsonl", "1:1: the line is not a JSON object"),
    ]

    @Test("refuse names the one bad row; skipping leaves all others", arguments: rows)
    func row(_ file: String, _ message: String) throws {
        let folder = try TemporaryFolder()
        let source = try ListSource(path: Fixture.path("BadLists/" + file))
        #expect {
            try ImportedList([source], temporaryDirectory: folder.path)
        } throws: { error in
            guard let refusal = error as? ListRefused else { return false }
            return refusal.badRowsTotal == 1 && refusal.badRows.map(\.description) == ["\(file):\(message)"]
        }
        let list = try ImportedList([source], mode: .skipInvalid, temporaryDirectory: folder.path)
        #expect(list.skips.count == 1)
        #expect(list.skips.first?.reason == .invalidAddress("\(file):\(message)"))
        #expect(list.outcome.rowsTotal > 1)
        #expect(list.outcome.invalidTotal == 1)
    }

    @Test("a bad header refuses the list in either mode", arguments: headers)
    func header(_ file: String, _ message: String) throws {
        let folder = try TemporaryFolder()
        let source = try ListSource(path: Fixture.path("BadLists/" + file))
        for mode in [ListImport.Mode.refuse, .skipInvalid] {
            #expect {
                try ImportedList([source], mode: mode, temporaryDirectory: folder.path)
            } throws: { error in
                (error as? ListError)?.description == "\(file):\(message)"
                    && (error as? ListError)?.isRecoverable == false
            }
        }
    }
}
