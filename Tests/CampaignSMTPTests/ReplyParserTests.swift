import CampaignSMTP
import Testing

@Suite("Reply parser")
struct ReplyParserTests {
    /// All replies that `chunks` hold, in order, and the error that ends them.
    private func parse(
        _ chunks: [[UInt8]],
        _ parser: ReplyParser = ReplyParser()
    ) -> (replies: [Reply], error: ReplyError?, isAtBoundary: Bool) {
        var parser = parser
        var replies: [Reply] = []
        for chunk in chunks {
            var offset = 0
            do {
                while let reply = try parser.next(in: chunk.span, at: &offset) { replies.append(reply) }
            } catch {
                return (replies, error, false)
            }
        }
        return (replies, nil, parser.isAtBoundary)
    }

    private func parse(_ text: String) -> (replies: [Reply], error: ReplyError?, isAtBoundary: Bool) {
        parse([Array(text.utf8)])
    }

    @Test("a stream split at any one byte, and at every byte, gives the same replies")
    func splits() {
        let stream = Array("220 ready\r\n250-mx\r\n250-SIZE 10\n250 \r\n354\r\n550 5.1.1 none: \u{E9}\r\n".utf8)
        let expected = [
            Reply(code: 220, text: "ready"), Reply(code: 250, text: "mx\nSIZE 10\n"), Reply(code: 354, text: ""),
            Reply(code: 550, text: "5.1.1 none: \u{E9}"),
        ]
        for split in 0...stream.count {
            let parsed = parse([Array(stream[..<split]), Array(stream[split...])])
            #expect(parsed.replies == expected)
            #expect(parsed.error == nil && parsed.isAtBoundary)
        }
        #expect(parse(stream.map { [$0] }).replies == expected)
    }

    @Test("an incomplete reply is no reply yet")
    func incomplete() {
        for text in ["2", "250", "250 ok", "250 ok\r", "250-a\r\n", "250-a\r\n250 b"] {
            let parsed = parse(text)
            #expect(parsed.replies.isEmpty && parsed.error == nil && !parsed.isAtBoundary, "\(text)")
        }
    }

    @Test("8-bit junk and control characters are kept as bytes and made harmless in the text")
    func junk() {
        let line: [UInt8] = Array("250 ok ".utf8) + [0xFF, 0x1B, 0x5B, 0x00, 0x7F, 0xC2, 0x9B] + [0x0D, 0x0A]
        let reply = parse([line]).replies.first
        #expect(reply?.textBytes == Array("ok ".utf8) + [0xFF, 0x1B, 0x5B, 0x00, 0x7F, 0xC2, 0x9B])
        #expect(reply?.text == "ok \u{FFFD}\u{FFFD}[\u{FFFD}\u{FFFD}\u{FFFD}")
    }

    @Test(
        "what is no reply is a malformed reply",
        arguments: [
            "\r\n", "25\r\n", "hello\r\n", "150 x\r\n", "650 x\r\n", "25a x\r\n", "250x\r\n", "2500 x\r\n",
            " 250 x\r\n",
        ]
    )
    func malformed(_ text: String) {
        guard case .malformed = parse(text).error else {
            Issue.record("\(text) was taken")
            return
        }
    }

    @Test("the excerpt in the error is short and printable")
    func excerpt() {
        let text = "\u{1B}]" + String(repeating: "x", count: 200)
        #expect(parse(text + "\r\n").error == .malformed(excerpt: "\u{FFFD}]" + String(repeating: "x", count: 62)))
    }

    @Test("the lines of a reply must carry one code")
    func codeChanged() {
        #expect(parse("250-a\r\n550 b\r\n").error == .codeChanged(from: 250, to: 550))
    }

    @Test("a line as long as the bound is taken, a longer one is not, whole or in pieces")
    func lineBound() {
        let parser = ReplyParser(lineLengthMaxBytes: 16, sizeMaxBytes: 64)
        #expect(parse([Array("250 0123456789\r\n".utf8)], parser).replies.count == 1)
        let long = Array("250 01234567890\r\n".utf8)
        #expect(parse([long], parser).error == .lineTooLong(lengthMaxBytes: 16))
        #expect(parse(long.map { [$0] }, parser).error == .lineTooLong(lengthMaxBytes: 16))
        #expect(parse([Array(repeating: 0x32, count: 17)], parser).error == .lineTooLong(lengthMaxBytes: 16))
    }

    @Test("an endless multi-line reply is cut off")
    func sizeBound() {
        let parser = ReplyParser(lineLengthMaxBytes: 64, sizeMaxBytes: 256)
        let line = Array("250-0123456789\r\n".utf8)
        #expect(parse(Array(repeating: line, count: 1000), parser).error == .replyTooLong(sizeMaxBytes: 256))
        // Lines without text count as well.
        let empty = Array("250-\r\n".utf8)
        #expect(parse(Array(repeating: empty, count: 1000), parser).error == .replyTooLong(sizeMaxBytes: 256))
    }

    @Test("any bytes give replies or an error, never a trap")
    func fuzz() {
        var random = SplitMix64(seed: 7)
        let alphabet: [UInt8] = Array("2345050 --\r\n\n.a".utf8) + [0xFF, 0x00]
        for _ in 0..<5000 {
            let length = Int(random.next() % 64)
            let bytes = (0..<length).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            let split = length == 0 ? 0 : Int(random.next() % UInt64(length))
            let whole = parse([bytes])
            let pieces = parse([Array(bytes[..<split]), Array(bytes[split...])])
            #expect(whole.replies == pieces.replies)
            #expect(whole.error == pieces.error)
        }
    }
}
