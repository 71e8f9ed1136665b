import CampaignDomain
import CampaignEngine
import CampaignSMTP
import Testing

@testable import CampaignEndpoints

@Suite("Endpoint addresses")
struct EndpointURLTests {
    @Test("Addresses and options are read, and relative directories made absolute")
    func valid() throws {
        let server = try EndpointURL(
            parsing:
                "smtp://mail.example.com:2525?connections=20&per-connection=100&timeout=5s&retries=3&retry-interval=250ms",
            relativeTo: "/")
        #expect(server.place == .server(host: "mail.example.com", port: 2525))
        #expect(server.connections == 20)
        #expect(server.messagesPerConnection == 100)
        #expect(server.timeoutMilliseconds == 5000)
        #expect(server.policy.retries == 3)
        #expect(server.policy.delays.firstMilliseconds == 250)
        #expect(try EndpointURL(parsing: "smtp://[::1]", relativeTo: "/").place == .server(host: "::1", port: 25))
        #expect(try EndpointURL(parsing: "dir:out/box", relativeTo: "/srv").description == "dir:/srv/out/box")
    }

    @Test(
        "Bad addresses are refused with what would be right",
        arguments: [
            ("ftp://x", "unknown kind of endpoint"), ("smtp://", "host"), ("smtp://h:0", "65535"),
            ("smtp://h:x", "65535"),
            ("smtp://h/path", "path"), ("smtp://[[a]:25", "bracket"),
            ("dir:", "dir:outbox"),
            ("smtp://h?connections=0", "from 1"), ("smtp://h?timeout=soon", "60s"),
            ("smtp://h?conections=2", "connections"),
            ("smtp://h?dsn=never,failure", "success, failure and delay"),
            ("smtp://h?requiretls=off", "without a value"),
            ("smtp://h?idle=0s", "a duration"), ("smtp://h?pipelining=no", "on or off"),
        ])
    func invalid(text: String, hint: String) {
        let error = #expect(throws: EngineError.self) { try EndpointURL(parsing: text, relativeTo: "/") }
        #expect(error?.code == .badEndpoint)
        #expect(error?.message.contains(hint) == true)
    }

    @Test("How messages are brought to a server is an option")
    func smtpOptions() throws {
        let plain = try EndpointURL(parsing: "smtp://h", relativeTo: "/").smtp
        #expect(plain == SMTPOptions())
        let query = "dsn=failure,success&requiretls&idle=5s&pipelining=off"
        let all = try EndpointURL(parsing: "smtp://h?\(query)", relativeTo: "/").smtp
        #expect(all.terms.notify == [.failure, .success])
        #expect(all.terms.requiresTLS)
        #expect(all.terms.unusedExtensions == [.pipelining, .chunking])
        #expect(all.idleMilliseconds == 5000)
        let some = try EndpointURL(parsing: "smtp://h?dsn=never&chunking=off", relativeTo: "/").smtp
        #expect(some.terms.notify == .never)
        #expect(some.terms.unusedExtensions == .chunking)
    }

    @Test("A password in an address is refused and not repeated")
    func password() {
        let error = #expect(throws: EngineError.self) {
            try EndpointURL(parsing: "smtp://ann:s3cret@mail.example.com", relativeTo: "/")
        }
        #expect(error?.message.contains("s3cret") == false)
    }
}
