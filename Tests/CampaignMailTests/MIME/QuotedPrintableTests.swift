import Testing

@testable import CampaignMail

@Suite("Quoted-printable")
struct QuotedPrintableTests {
    private func encode(_ text: [UInt8]) -> String {
        var output: [UInt8] = []
        QuotedPrintable.append(text.span, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private func encode(_ text: String) -> String { encode(Array(text.utf8)) }

    @Test(
        "vectors",
        arguments: [
            ("", ""), ("abc", "abc"), ("a=b", "a=3Db"), ("Grüße", "Gr=C3=BC=C3=9Fe"), ("a b", "a b"), ("a ", "a=20"),
            ("a \r\nb", "a=20\r\nb"), ("a\t\nb\t", "a=09\r\nb=09"), ("\0\u{7F}", "=00=7F"), ("\r\n\r\n", "\r\n\r\n"),
            ("a\rb\nc\r\nd", "a\r\nb\r\nc\r\nd"), ("\n\r", "\r\n\r\n"), (".", "."), ("\u{0B}", "=0B"),
        ])
    func vectors(text: String, expected: String) {
        #expect(encode(text) == expected)
    }

    @Test("a line of 76 stands, one of 77 is broken after 75")
    func softBreaks() {
        let line76 = String(repeating: "x", count: 76)
        #expect(encode(line76) == line76)
        #expect(encode(line76 + "\n") == line76 + "\r\n")
        #expect(encode(line76 + "y") == String(repeating: "x", count: 75) + "=\r\nxy")
        #expect(encode(String(repeating: "x", count: 73) + "=") == String(repeating: "x", count: 73) + "=3D")
        #expect(encode(String(repeating: "x", count: 74) + "=") == String(repeating: "x", count: 74) + "=\r\n=3D")
        #expect(encode(String(repeating: "x", count: 73) + "=y") == String(repeating: "x", count: 73) + "=\r\n=3Dy")
        #expect(encode(String(repeating: "x", count: 75) + " \n") == String(repeating: "x", count: 75) + "=\r\n=20\r\n")
    }

    @Test("any octets decode to themselves, in lines of at most 76")
    func roundTrip() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<500 {
            let alphabet: [UInt8] = random.pick([
                Array(0...255), Array("ab =\t\r\n".utf8), [0xC3, 0xA4, 0x20, 0x0A], Array("abcdefgh ".utf8),
            ])
            let text = (0..<Int.random(in: 0...400, using: &random)).map { _ in random.pick(alphabet) }
            let encoded = Array(encode(text).utf8)
            var expected: [UInt8] = []
            LineBreaks.append(text.span, to: &expected)
            #expect(decode(encoded) == expected)
            for line in String(decoding: encoded, as: UTF8.self).components(separatedBy: "\r\n") {
                #expect(line.utf8.count <= 76)
                #expect(!line.hasSuffix(" ") && !line.hasSuffix("\t"))
                #expect(line.utf8.allSatisfy { $0 == 9 || (0x20..<0x7F).contains($0) })
            }
        }
    }

    /// The plainest decoder.
    private func decode(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] != UInt8(ascii: "=") {
                result.append(text[index])
                index += 1
                continue
            }
            let pair = text[(index + 1)...].prefix(2)
            if pair.elementsEqual([13, 10]) {
                index += 3
            } else if let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16) {
                result.append(byte)
                index += 3
            } else {
                return []
            }
        }
        return result
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
