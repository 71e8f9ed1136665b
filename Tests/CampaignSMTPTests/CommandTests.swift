import CampaignSMTP
import NIOCore
import Testing

@Suite("Commands")
struct CommandTests {
    private func encoded(_ command: Command) -> String {
        var buffer = ByteBuffer()
        command.encode(into: &buffer)
        return String(buffer: buffer)
    }

    @Test("are encoded as the RFC writes them")
    func encoding() throws {
        let name = try GreetingName("client.example")
        let sender = try EnvelopePath("bounces@example.com")
        #expect(encoded(.greeting(.ehlo, name)) == "EHLO client.example\r\n")
        #expect(encoded(.greeting(.helo, name)) == "HELO client.example\r\n")
        #expect(encoded(.greeting(.lhlo, name)) == "LHLO client.example\r\n")
        #expect(encoded(.mail(from: .null, MailParameters())) == "MAIL FROM:<>\r\n")
        let all = MailParameters(sizeBytes: 1234, is8BitMIME: true, isSMTPUTF8: true)
        #expect(
            encoded(.mail(from: sender, all)) == "MAIL FROM:<bounces@example.com> SIZE=1234 BODY=8BITMIME SMTPUTF8\r\n"
        )
        #expect(encoded(.recipient(try EnvelopePath("a@b.example"))) == "RCPT TO:<a@b.example>\r\n")
        #expect(encoded(.data) == "DATA\r\n")
        #expect(encoded(.reset) == "RSET\r\n")
        #expect(encoded(.noop) == "NOOP\r\n")
        #expect(encoded(.quit) == "QUIT\r\n")
    }

    @Test("notifications are asked for as RFC 3461 and RFC 6533 write it")
    func notifications() throws {
        let mail = MailParameters(isDSN: true, isRequireTLS: true)
        #expect(
            encoded(.mail(from: .null, mail, envelopeID: "a b+"))
                == "MAIL FROM:<> RET=HDRS ENVID=a+20b+2B REQUIRETLS\r\n")
        let tooLong = String(repeating: "k", count: 101)
        #expect(encoded(.mail(from: .null, mail, envelopeID: tooLong)) == "MAIL FROM:<> RET=HDRS REQUIRETLS\r\n")
        let path = try EnvelopePath("\"a\\+b\"@example.com")
        let never = RecipientParameters(notify: .never, namesOriginalRecipient: true)
        #expect(
            encoded(.recipient(path, never))
                == "RCPT TO:<\"a\\+b\"@example.com> NOTIFY=NEVER ORCPT=rfc822;\"a\\+2Bb\"@example.com\r\n")
        let all = RecipientParameters(notify: [.success, .failure, .delay])
        #expect(encoded(.recipient(path, all)).hasSuffix(" NOTIFY=SUCCESS,FAILURE,DELAY\r\n"))
        let international = try EnvelopePath("m\u{FC}+x@example.com")
        let raw = RecipientParameters(namesOriginalRecipient: true, isSMTPUTF8: true)
        #expect(encoded(.recipient(international, raw)).hasSuffix("> ORCPT=utf-8;m\u{FC}\\x{2B}x@example.com\r\n"))
        let escaped = RecipientParameters(namesOriginalRecipient: true)
        #expect(
            encoded(.recipient(international, escaped)).hasSuffix("> ORCPT=utf-8;m\\x{FC}\\x{2B}x@example.com\r\n"))
        for size in [0, 7, 10, 99, 100, Int.max] {
            #expect(encoded(.lastChunk(sizeBytes: size)) == "BDAT \(size) LAST\r\n")
        }
    }

    @Test("no control character gets into a path, quoted, escaped or not", arguments: Array(0..<0x20) + [0x7F])
    func controls(_ byte: Int) throws {
        let control = String(Unicode.Scalar(UInt8(byte)))
        #expect(throws: CommandArgumentError.controlCharacter(offsetBytes: 1)) {
            try EnvelopePath("a\(control)@b.example")
        }
        #expect(throws: CommandArgumentError.controlCharacter(offsetBytes: 2)) {
            try EnvelopePath("\"a\(control)\"@b.example")
        }
        #expect(throws: CommandArgumentError.controlCharacter(offsetBytes: 3)) {
            try EnvelopePath("\"a\\\(control)\"@b.example")
        }
        #expect(throws: CommandArgumentError.controlCharacter(offsetBytes: 1)) { try GreetingName("a\(control)") }
    }

    @Test("no path breaks out of its angle brackets")
    func delimiters() throws {
        #expect(throws: CommandArgumentError.delimiter(offsetBytes: 3)) { try EnvelopePath("a@b> SIZE=1") }
        #expect(throws: CommandArgumentError.delimiter(offsetBytes: 1)) { try EnvelopePath("a <b@c>") }
        #expect(throws: CommandArgumentError.unterminatedQuotedString) { try EnvelopePath("\"a\\\"@b") }
        #expect(throws: CommandArgumentError.empty) { try EnvelopePath("") }
        #expect(throws: CommandArgumentError.tooLong(lengthMaxBytes: 320)) {
            try EnvelopePath(String(repeating: "a", count: 321))
        }
        _ = try EnvelopePath("\"a > b\\\" c\"@example.com")
    }

    @Test("a path knows whether it needs SMTPUTF8")
    func internationalised() throws {
        #expect(try EnvelopePath("m\u{FC}ller@example.com").needsSMTPUTF8)
        #expect(try !EnvelopePath("mueller@example.com").needsSMTPUTF8)
        #expect(throws: CommandArgumentError.notASCII) { try GreetingName("m\u{FC}ller.example") }
        #expect(throws: CommandArgumentError.empty) { try GreetingName("") }
        #expect(throws: CommandArgumentError.delimiter(offsetBytes: 1)) { try GreetingName("a b") }
    }
}
