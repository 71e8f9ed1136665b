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
            ("ftp://x", "smtp://"), ("smtp://", "host"), ("smtp://h:0", "65535"), ("smtp://h:x", "65535"),
            ("smtp://h/path", "path"), ("smtp://[[a]:25", "bracket"), ("dir:", "dir:outbox"),
            ("smtp://h?connections=0", "from 1"), ("smtp://h?timeout=soon", "60s"),
            ("smtp://h?conections=2", "connections"),
            ("smtp://h?dsn=never,failure", "success, failure and delay"),
            ("smtp://h?requiretls=off", "without a value"),
            ("smtp://h?claims-ahead=0", "from 1 to 8"), ("smtp://h?claims-ahead=9", "from 1 to 8"),
            ("smtp://h?idle=0s", "a duration"), ("smtp://h?pipelining=no", "on or off"),
            ("smtp://h?tls-ca=x", "smtp+starttls://"), ("dir:x?tls-name=h", "smtp+starttls://"),
            ("smtps://h?tls-ca=", "path"), ("smtps://h?tls-name=", "name"), ("smtps://h?tls-name=a%20b", "name"),
            ("smtps://ann@h", "password-file=PATH"), ("smtps://h?password-env=X", "need a user"),
            ("smtps://h?auth=plain", "need a user"), ("dir:x?auth-plaintext=allowed", "need a user"),
            ("smtp://ann@h?password-env=X", "auth-plaintext=allowed"),
            ("lmtp://ann@h?password-env=X", "show the password to the network"),
            ("smtps://ann@h?password-env=X&password-file=y", "not both"),
            ("smtps://ann@h?password-env=1X", "environment"),
            ("smtps://ann@h?password-env=X&auth=gssapi", "scram-sha-256"),
            ("smtps://ann@h?password-env=X&auth-plaintext=yes", "`allowed`"),
            ("smtps://@h?password-env=X", "empty"), ("smtps://a%00b@h?password-env=X", "percent-encoded"),
            ("smtps://a%0Ab@h?password-env=X", "control character"), ("smtps://h?tls-ca=a%2", "percent sign"),
            ("smtps://h?tls-ca=a%ff", "percent sign"), ("lmtp+unix://run/x", "absolute path"),
            ("lmtp+unix:///" + String(repeating: "x", count: 107), "107 bytes"), ("lmtp+unix://", "absolute path"),
            ("smtp://h?trace=", "directory"),
            ("smtp://h?probe-command=probe.sh", "absolute path"), ("smtp://h?probe-log=", "absolute path"),
            ("smtp://h?probe-command=/a&probe-log=/b", "once"), ("smtp://h?probe-settle=25h", "24h"),
            ("smtp://h?probe-again=21", "0 to 20"), ("dir:out?probe-log=/var/log/mail.log", "its own probe"),
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
        let query = "dsn=failure,success&requiretls&idle=5s&pipelining=off&claims-ahead=3"
        let all = try EndpointURL(parsing: "smtp://h?\(query)", relativeTo: "/").smtp
        #expect(all.terms.notify == [.failure, .success])
        #expect(all.terms.requiresTLS)
        #expect(all.terms.unusedExtensions == [.pipelining, .chunking] && all.claimsAhead == 3)
        #expect(all.idleMilliseconds == 5000)
        let some = try EndpointURL(parsing: "smtp://h?dsn=never&chunking=off", relativeTo: "/").smtp
        #expect(some.terms.notify == .never)
        #expect(some.terms.unusedExtensions == .chunking)
    }

    @Test("Who is asked about messages is an option, and must be there")
    func probes() throws {
        #expect(try EndpointURL(parsing: "smtp://h", relativeTo: "/").policy.probing == ProbePolicy())
        let log = try EndpointURL(parsing: "smtp://h?probe-log=/var/log/mail.log&probe-settle=8s", relativeTo: "/")
        #expect(log.probe.source == .log(path: "/var/log/mail.log"))
        #expect(log.policy.probing == ProbePolicy(again: 4, intervalMilliseconds: 9_001))
        let command = try EndpointURL(parsing: "smtp://h?probe-again=0&probe-command=/bin/probe", relativeTo: "/")
        #expect(command.probe.source == .command(path: "/bin/probe") && command.policy.probing.again == 0)
        for query in ["probe-command=/etc/passwd", "probe-command=/nonexistent", "probe-log=/nonexistent"] {
            let error = #expect(throws: EngineError.self) { try StandardEndpoints.make(["smtp://h?\(query)"]) }
            #expect(error?.code == .badEndpoint && error?.message.contains("/") == true)
        }
        #expect(
            try StandardEndpoints.make(["smtp://h?probe-command=/bin/sh", "smtp://i?probe-log=/etc/passwd"]).count == 2)
    }

    @Test(
        "A password in an address is refused and not repeated",
        arguments: [
            "smtp://ann:s3cret@mail.example.com", "smtps://ann:s3cret/s3cret@mail.example.com", "smtps://:s3cret@h",
            "smtps://ann:s3cret?s3cret@mail.example.com", "smtps://ann:25?s3cret@mail.example.com",
            "smtps://ann:s3cret@s3cret@mail.example.com", "lmtp+unix://ann:s3cret@/run/x", "foo://ann:s3cret@h",
            "smtps://ann:s3cret", "smtps://ann:25?x=1&s3cret@mail.example.com=2",
        ])
    func password(text: String) {
        let error = #expect(throws: EngineError.self) { try EndpointURL(parsing: text, relativeTo: "/") }
        #expect(error?.message.contains("s3cret") == false, "\(error?.message ?? "")")
    }

    @Test("Kinds of servers, their default ports, and users")
    func servers() throws {
        func url(_ text: String) throws -> EndpointURL { try EndpointURL(parsing: text, relativeTo: "/srv") }
        for (text, scheme, port) in [
            ("smtp://h", ServerScheme.smtp, 25), ("smtp+starttls://h", .smtpSTARTTLS, 587), ("smtps://h", .smtps, 465),
            ("lmtp://h", .lmtp, 24), ("lmtp+starttls://h", .lmtpSTARTTLS, 24), ("smtps://h:99", .smtps, 99),
        ] {
            #expect(try url(text).place == .server(host: "h", port: port))
            #expect(try url(text).scheme == scheme)
            #expect(try url(text).user == nil)
        }
        let socket = try url("lmtp+unix:///run/dove%20cot/a%3Fb")
        #expect(socket.place == .socket(path: "/run/dove cot/a?b"))
        #expect(socket.description == "lmtp+unix:///run/dove%20cot/a%3Fb")
        #expect(try url("lmtp+unix://ann@/run/x?password-env=X").user == "ann")
        // An address as a user needs no encoding, and may have it.
        for text in ["smtps://ann@example.com@h?password-env=X", "smtps://ann%40example.com@h?password-env=X"] {
            #expect(try url(text).user == "ann@example.com")
            #expect(try url(text).description == "smtps://ann%40example.com@h:465?password-env=X")
        }
        #expect(try url("smtp://ann@h?password-env=X&auth-plaintext=allowed").security.allowsPlaintext)
        #expect(try url("smtps://ann@h?password-env=X&auth=xoauth2").security.mechanism == .xoauth2)
    }

    @Test("The log's form names files absolutely, whatever is in their names, and no secret")
    func paths() throws {
        let text = "smtps://ann@h?password-file=se%26cret%20file&connections=2&tls-ca=../ca.pem&trace=t%25"
        let url = try EndpointURL(parsing: text, relativeTo: "/srv/campaign")
        #expect(url.security.secret == .file("/srv/campaign/se&cret file"))
        #expect(url.security.rootsPath == "/srv/ca.pem")
        #expect(url.smtp.tracePath == "/srv/campaign/t%")
        #expect(
            url.description
                == "smtps://ann@h:465?password-file=/srv/campaign/se%26cret%20file&connections=2&tls-ca=/srv/ca.pem"
                + "&trace=/srv/campaign/t%25")
        #expect(try EndpointURL(parsing: url.description, relativeTo: "/elsewhere") == url)
    }

    @Test("Addresses changed at random are refused, or read again as the same from the log's form")
    func mutations() throws {
        let samples = [
            "smtps://ann@mail.example.com?password-file=mail.secret&connections=20&trace=t", "dir:out/box?retries=2",
            "smtp+starttls://a%40b@h:587?password-env=MAIL&auth=xoauth2&tls-name=n&tls-ca=../x",
            "smtp://[::1]:25?dsn=never",
            "lmtp+unix://ann@/run/dove%20cot/a%3Fb?password-file=%2e%2e/p%26",
            "lmtp://u@h?password-env=X&auth-plaintext=allowed",
        ]
        let pieces =
            Array("%?&=@:/[]. #aZ9é\u{0}\n+-_~").map(String.init) + [
                "%2F", "%00", "%25", "%3A", "..", "//", "smtps://",
            ]
        var random = SplitMix64(seed: 17)
        func pick(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
        var readCount = 0
        for _ in 0..<5_000 {
            var text = Array(samples[pick(samples.count)])
            for _ in 0...pick(3) {
                let place = pick(text.count + 1)
                if pick(3) == 0, place < text.count {
                    text.remove(at: place)
                } else {
                    text.insert(contentsOf: pieces[pick(pieces.count)], at: place)
                }
            }
            guard let url = try? EndpointURL(parsing: String(text), relativeTo: "/base") else { continue }
            readCount += 1
            let again = try? EndpointURL(parsing: url.description, relativeTo: "/elsewhere")
            #expect(again == url && again?.description == url.description, "\(String(text))")
        }
        #expect(readCount > 500)
    }
}

/// A small generator with a seed: every run sees the same numbers.
private struct SplitMix64 {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
