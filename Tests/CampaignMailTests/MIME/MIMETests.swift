import Testing

@testable import CampaignMail

@Suite("MIME")
struct MIMETests {
    @Test(
        "7bit is ASCII without NUL in lines of at most 998",
        arguments: [
            ("", true), ("a\r\n", true), ("\u{1}", true), ("\0", false), ("ä", false),
            (String(repeating: "x", count: 998), true), (String(repeating: "x", count: 999), false),
            (String(repeating: "x", count: 998) + "\n" + String(repeating: "y", count: 998) + "\r\n", true),
            (String(repeating: "x", count: 999) + "\ny", false),
        ])
    func sevenBit(text: String, expected: Bool) {
        let isSevenBit = LineBreaks.isSevenBit(Array(text.utf8).span)
        #expect(isSevenBit == expected)
    }

    @Test(
        "Base64 vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64(text: String, expected: String) {
        var output: [UInt8] = []
        Base64.append(Array(text.utf8).span, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == expected)
    }

    @Test("the boundary is found wherever it stands")
    func boundary() {
        func occurs(in text: some Sequence<UInt8>, from start: Int) -> Bool {
            Boundary.occurs(key: Array(testKey.utf8), in: Array(text).span, from: start)
        }
        let delimiter = Array("--=_\(testKey)".utf8)
        for before in 0..<9 {
            for after in 0..<5 {
                let text =
                    Array(repeating: UInt8(ascii: "-"), count: before) + delimiter
                    + Array(repeating: 0x20, count: after)
                #expect(occurs(in: text, from: 0))
                #expect(!occurs(in: text, from: before + 1))
                #expect(!occurs(in: text.dropLast(after + 1), from: 0))
            }
        }
    }

    @Test("ill-formed UTF-8 becomes U+FFFD, the rest stays")
    func repair() {
        var output: [UInt8] = []
        UTF8Repair.append(([0x61, 0xFF, 0x62, 0xC3, 0xC3, 0xA4, 0xED, 0xA0, 0x80] as [UInt8]).span, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "a\u{FFFD}b\u{FFFD}ä\u{FFFD}\u{FFFD}\u{FFFD}")
    }
}
