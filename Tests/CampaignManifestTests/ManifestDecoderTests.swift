import CampaignDomain
import Testing

@testable import CampaignManifest

@Suite struct ManifestDecoderTests {
    private static let whole = """
        job: spring-sale-2026
        name: Spring sale
        from: "Shop <shop@example.com>"
        envelope-sender: bounces@example.com
        reply-to: help@example.com
        subject: "{{first_name}}, spring is here"
        recipients: recipients.csv
        text: message.txt
        html: message.html
        suppress: [unsubscribed.csv, bounced.csv]
        endpoints:
          - smtp://127.0.0.1:2525?connections=20
          - dir:outbox
        retry: { attempts: 7, first: 250ms, factor: 3, cap: 2h }
        in-doubt: resend
        rate: 1000/s
        """

    private static let least = """
        job: k
        from: a@example.com
        subject: s
        recipients: r.csv
        text: m.txt

        """

    @Test("a whole campaign file is decoded with all its values") func whole() throws {
        let manifest = try ManifestDecoder.decode(Self.whole, file: "c.yaml")
        #expect(manifest.job == "spring-sale-2026")
        #expect(manifest.name == "Spring sale")
        #expect(manifest.from == "Shop <shop@example.com>")
        #expect(manifest.envelopeSender == "bounces@example.com")
        #expect(manifest.replyTo == "help@example.com")
        #expect(manifest.subject == "{{first_name}}, spring is here")
        #expect(manifest.recipients == .init(value: "recipients.csv", place: "c.yaml:7:13"))
        #expect(manifest.text?.value == "message.txt")
        #expect(manifest.html?.value == "message.html")
        #expect(manifest.suppress.map(\.value) == ["unsubscribed.csv", "bounced.csv"])
        #expect(manifest.endpoints.map(\.value) == ["smtp://127.0.0.1:2525?connections=20", "dir:outbox"])
        #expect(manifest.endpoints[1].place == "c.yaml:13:5")
        let retry = RetryPolicy(attempts: 7, firstMilliseconds: 250, factor: 3, capMilliseconds: 7_200_000)
        #expect(manifest.retry == retry)
        #expect(manifest.inDoubt == .resend)
        #expect(manifest.ratePerHour == 3_600_000)
    }

    @Test("what is left out has the engine's defaults") func least() throws {
        let manifest = try ManifestDecoder.decode(Self.least, file: "c.yaml")
        #expect(manifest.retry == RetryPolicy())
        #expect(manifest.inDoubt == .hold)
        #expect(manifest.ratePerHour == 0)
        #expect(manifest.endpoints.isEmpty && manifest.suppress.isEmpty)
        #expect(manifest.name == nil && manifest.html == nil)
    }

    @Test("a long retry.first raises the default cap instead of being cut") func longFirst() throws {
        let manifest = try ManifestDecoder.decode(Self.least + "retry: { first: 3h }", file: "c.yaml")
        #expect(manifest.retry.capMilliseconds == manifest.retry.firstMilliseconds)
    }

    @Test("values are kept as they are written, not as YAML types") func scalars() throws {
        let text = Self.least.replacing("job: k", with: "job: 2026").replacing("subject: s", with: "subject: yes")
        let manifest = try ManifestDecoder.decode(text, file: "c.yaml")
        #expect(manifest.job == "2026")
        #expect(manifest.subject == "yes")
    }

    /// Nine to the ninth scalars, if its key is ever compared in full.
    private static let aliasBomb =
        "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        + (1...9).map { level in
            "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",") + "]\n"
        }.joined() + "? *a9\n: 1\n"

    @Test("a few aliases are fine") func aliases() throws {
        let text = Self.least + "suppress: &lists [a.csv]\nendpoints: *lists\nname: \"*** now ***\""
        let manifest = try ManifestDecoder.decode(text, file: "c.yaml")
        #expect(manifest.endpoints.map(\.value) == ["a.csv"])
        #expect(manifest.name == "*** now ***")
    }

    struct Mistake: CustomTestStringConvertible, Sendable {
        var line: String
        var says: String
        var testDescription: String { line }
        init(_ line: String, _ says: String) { (self.line, self.says) = (line, says) }
    }

    @Test(
        "each mistake names file, line, column, key and how to mend it",
        arguments: [
            Mistake("subjekt: x", "`subjekt` is not a key of a campaign file: c.yaml:6:1: did you mean `subject`?"),
            Mistake("endpoint: x", "`endpoint` is not a key of a campaign file: c.yaml:6:1: did you mean `endpoints`?"),
            Mistake("attachments: [a.pdf]", "`attachments` is not supported by this version yet: c.yaml:6:1:"),
            Mistake("unsubscribe: { url: u }", "`unsubscribe` is not supported by this version yet: c.yaml:6:1:"),
            Mistake("dkim: []", "`dkim` is not supported by this version yet: c.yaml:6:1:"),
            Mistake("rate: 1000", "`rate` is `1000`: c.yaml:6:7: write a whole number per second"),
            Mistake("rate: 0/s", "`rate` is `0/s`: c.yaml:6:7:"),
            Mistake("rate: 99999999/s", "`rate` is `99999999/s`: c.yaml:6:7:"),
            Mistake("in-doubt: maybe", "`in-doubt` is `maybe`: c.yaml:6:11: write `hold` or `resend`"),
            Mistake("retry: 5", "`retry` is not a table of keys: c.yaml:6:8:"),
            Mistake("retry: { tries: 5 }", "`retry.tries` is not a key of a campaign file: c.yaml:6:10: did you mean"),
            Mistake("retry: { first: 60 }", "`retry.first` is `60`: c.yaml:6:17: write a whole number with a unit"),
            Mistake(
                "retry: { attempts: 0 }", "`retry.attempts` is `0`: c.yaml:6:20: write a whole number from 1 to 31"),
            Mistake("retry: { attempts: 32 }", "`retry.attempts` is `32`: c.yaml:6:20:"),
            Mistake("retry: { factor: 1.5 }", "`retry.factor` is `1.5`: c.yaml:6:18:"),
            Mistake("retry: { first: 2h, cap: 1h }", "`retry.cap` is shorter than `retry.first`: c.yaml:6:26:"),
            Mistake("name:", "`name` has no value: c.yaml:6:6:"),
            Mistake("name: ~", "`name` has no value: c.yaml:6:7:"),
            Mistake("name: {{first}}", "c.yaml:6:"),
            Mistake("name: [a, b]", "`name` is not one value: c.yaml:6:7:"),
            Mistake("endpoints: { a: b }", "`endpoints` is not one value: c.yaml:6:12:"),
            Mistake("endpoints: [[dir:a]]", "`endpoints` is not one value: c.yaml:6:13:"),
            Mistake("[a]: b", "`key` is not a word: c.yaml:6:1:"),
            Mistake("job: again", "key given twice: c.yaml:1:1: `job`: keep one of them"),
            Mistake("name: 'open", "bad YAML: c.yaml:"),
            Mistake("\tname: x", "bad YAML: c.yaml:6:1:"),
            Mistake("name: *nowhere", "bad YAML: c.yaml:6:7:"),
            Mistake("--- \nmore: x", "bad YAML: c.yaml:6:1:"),
            Mistake("name: a\u{1}b", "bad YAML: c.yaml:"),
        ])
    func mistakes(_ mistake: Mistake) {
        let error = #expect(throws: ManifestError.self) {
            try ManifestDecoder.decode(Self.least + mistake.line, file: "c.yaml")
        }
        let lines = error?.problems.map(\.description) ?? []
        #expect(lines.contains { $0.contains(mistake.says) }, "\(lines)")
    }

    @Test(
        "a missing key is named, with what to add",
        arguments: ["job", "from", "subject", "recipients", "text"])
    func missing(_ key: String) {
        let text = Self.least.split(separator: "\n").filter { !$0.hasPrefix(key + ":") }.joined(separator: "\n")
        let error = #expect(throws: ManifestError.self) { try ManifestDecoder.decode(text, file: "c.yaml") }
        let problem = error?.problems.first
        #expect(problem?.what.hasPrefix("`\(key)` is missing") == true)
        #expect(problem?.place == "c.yaml:1:1")
        #expect(problem?.remedy?.isEmpty == false)
        #expect(error?.problems.count == 1)
    }

    @Test("all mistakes are reported at once") func several() {
        let text = Self.least + "rate: fast\ncolour: red\nin-doubt: 3"
        let error = #expect(throws: ManifestError.self) { try ManifestDecoder.decode(text, file: "c.yaml") }
        #expect(error?.problems.count == 3)
    }

    @Test("a misspelt required key is not called missing as well") func misspelt() {
        let text = Self.least.replacing("subject:", with: "subjct:")
        let error = #expect(throws: ManifestError.self) { try ManifestDecoder.decode(text, file: "c.yaml") }
        #expect(error?.problems.count == 1)
    }

    @Test("a job key longer than 255 bytes is refused") func longKey() {
        let text = Self.least.replacing("job: k", with: "job: " + String(repeating: "é", count: 128))
        let error = #expect(throws: ManifestError.self) { try ManifestDecoder.decode(text, file: "c.yaml") }
        #expect(error?.problems.first?.what == "`job` is longer than 255 bytes")
    }

    @Test(
        "hostile files give an error and nothing else",
        arguments: [
            "", "   \n# only a comment", "just text", "- a\n- b", String(repeating: "[", count: 50_000),
            String(repeating: "{a: ", count: 20_000), "%YAML 9.9\n---\na", "\u{FEFF}", "? [a]\n: b", "&a *a",
            String(repeating: "x", count: 2 << 20), aliasBomb,
        ].map(HostileFile.init))
    func hostile(_ file: HostileFile) {
        let error = #expect(throws: ManifestError.self) { try ManifestDecoder.decode(file.text, file: "c.yaml") }
        #expect(error?.problems.isEmpty == false)
    }
}

/// A file's text that is not written into the test's output whole.
struct HostileFile: CustomTestStringConvertible {
    let text: String

    var testDescription: String { text.count > 40 ? "\(text.prefix(40))… (\(text.utf8.count) bytes)" : text }
}
