import Testing

@testable import campaign

@Suite struct SanitisedTests {
    @Test(
        "nothing that steers a terminal passes",
        arguments: [
            ("\u{1B}]0;title\u{7}", #"\u{1b}]0;title\u{7}"#), ("a\rb", #"a\u{d}b"#), ("a\nb\tc", #"a\u{a}b\u{9}c"#),
            ("\u{9B}31m", #"\u{9b}31m"#), ("\u{7F}", #"\u{7f}"#), ("abc\u{202E}cba", #"abc\u{202e}cba"#),
            ("\u{2066}x\u{2069}", #"\u{2066}x\u{2069}"#), ("\u{FEFF}x", #"\u{feff}x"#), ("a\u{2028}b", #"a\u{2028}b"#),
            ("\u{E0041}", #"\u{e0041}"#), ("a\r\nb", #"a\u{d}\u{a}b"#),
        ])
    func unsafe(_ text: String, _ shown: String) {
        #expect(Sanitised.line(text) == shown)
    }

    @Test("names in any script stay as they are", arguments: ["Zoë", "山田太郎", "محمد", "👩‍👩‍👧‍👦", "नमस्ते", "a b"])
    func names(_ text: String) {
        #expect(Sanitised.line(text) == text)
    }

    @Test("no scalar's shown form holds a control character") func all() {
        for value in (0...0x2FFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init) {
            var text = ""
            text.unicodeScalars.append(value)
            let isClean = Sanitised.line(text).unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            #expect(isClean, "U+\(String(value.value, radix: 16))")
        }
    }

    @Test("a message keeps its lines") func block() {
        #expect(Sanitised.block(Array("a: b\r\n\r\n\tx\u{1B}[2J\ry\r".utf8)) == "a: b\n\n\tx\\u{1b}[2J\\u{d}y\\u{d}")
        #expect(Sanitised.block([0x61, 0xFF, 0x62]) == "a\u{FFFD}b")
    }

    @Test("an error's line cannot be broken or coloured by what it quotes") func errors() {
        let error = CLIError(.badInput, "bad", at: "a\u{1B}[2J", remedy: "x\ny")
        #expect(error.lines == [#"campaign: bad: a\u{1b}[2J: x\u{a}y"#])
    }

    @Test("words for a shell are quoted where it would read more into them") func shell() {
        #expect(Shell.quoted("spring-2026") == "spring-2026")
        #expect(Shell.quoted("a b") == "'a b'")
        #expect(Shell.quoted("it's $HOME") == #"'it'\''s $HOME'"#)
        #expect(Shell.quoted("") == "''")
    }
}
