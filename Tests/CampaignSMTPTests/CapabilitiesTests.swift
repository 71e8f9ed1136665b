import CampaignSMTP
import Testing

@Suite("Capabilities")
struct CapabilitiesTests {
    @Test("are read from the reply to EHLO, in any case")
    func read() {
        let text = """
            mx.example PIPELINING
            pipelining
            8BITMIME
            SMTPUTF8
            Size 35882577
            CHUNKING
            STARTTLS
            DSN
            ENHANCEDSTATUSCODES
            AUTH plain LOGIN
            AUTH=LOGIN CRAM-MD5
            X-OTHER 1
            """
        let all: Capabilities.Extensions = [
            .pipelining, .eightBitMIME, .smtpUTF8, .size, .chunking, .startTLS, .auth, .dsn, .enhancedStatusCodes,
        ]
        let expected = Capabilities(all, sizeLimitBytes: 35_882_577, authMechanisms: ["PLAIN", "LOGIN", "CRAM-MD5"])
        #expect(Capabilities(helloReply: Reply(code: 250, text: text)) == expected)
    }

    @Test("the first line is a greeting, not an extension")
    func firstLine() {
        #expect(Capabilities(helloReply: Reply(code: 250, text: "PIPELINING")) == Capabilities())
        #expect(Capabilities(helloReply: Reply(code: 250, text: "")) == Capabilities())
    }

    @Test(
        "a size limit of none, zero or nonsense is no limit",
        arguments: ["SIZE", "SIZE 0", "SIZE -5", "SIZE 99999999999999999999", "SIZE x"]
    )
    func size(_ line: String) {
        #expect(Capabilities(helloReply: Reply(code: 250, text: "mx\n\(line)")) == Capabilities([.size]))
    }

    @Test("a server that names thousands of mechanisms is heard for a few")
    func mechanisms() {
        let names = (0..<8000).map { "M\($0)" }.joined(separator: " ")
        let capabilities = Capabilities(helloReply: Reply(code: 250, text: "mx\nAUTH \(names)"))
        #expect(capabilities.authMechanisms == (0..<32).map { "M\($0)" })
    }
}
