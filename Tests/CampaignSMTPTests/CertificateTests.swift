import Testing

@testable import CampaignSMTP

@Suite("Whose certificate")
struct CertificateTests {
    @Test(
        "Names that a certificate is for (RFC 9525)",
        arguments: [
            ("mail.example.com", ["mail.example.com"], true), ("MAIL.Example.com.", ["mail.example.COM"], true),
            ("mail.example.com", ["mail.example.com."], true), ("mail.example.com", ["example.com"], false),
            ("example.com", ["mail.example.com"], false),
            ("mail.example.com", ["other.example", "mail.example.com"], true),
            ("mail.example.com", ["*.example.com"], true), ("a.mail.example.com", ["*.example.com"], false),
            ("example.com", ["*.example.com"], false), (".example.com", ["*.example.com"], false),
            ("mail.example.com", ["m*.example.com"], false), ("mail.example.com", ["*"], false),
            ("mail.com", ["*.com"], false), ("mail.example.com", ["*.*.com"], false),
            ("localhost", ["localhost"], true),
            ("mail.example.com", ["mail.*.com"], false), ("*.example.com", ["*.example.com"], true),
            ("mail.example.com", ["mail.example.com\0.evil.example"], false), ("mail.example.com", [""], false),
            ("xn--bcher-kva.example.com", ["*.example.com"], true), ("mail.example.com", [], false),
        ] as [(String, [String], Bool)])
    func domains(host: String, names: [String], isFor: Bool) {
        #expect(CertificateNames(domains: names).contains(ServerName(host)) == isFor)
    }

    @Test("Addresses match addresses alone, and are compared as bytes")
    func addresses() {
        let names = CertificateNames(
            domains: ["127.0.0.1", "*.0.0.1"],
            addresses: [[192, 0, 2, 1], [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]])
        #expect(names.contains(ServerName("192.0.2.1")))
        #expect(names.contains(ServerName("2001:db8::1")))
        #expect(names.contains(ServerName("2001:DB8:0:0::0:1")))
        #expect(!names.contains(ServerName("192.0.2.2")))
        #expect(!names.contains(ServerName("::ffff:192.0.2.1")))
        // A domain that looks like an address is no address.
        #expect(!names.contains(ServerName("127.0.0.1")))
        #expect("\(ServerName("2001:db8::1"))" == "2001:db8:0:0:0:0:0:1")
        #expect("\(ServerName("192.0.2.1"))" == "192.0.2.1")
        #expect(ServerName("192.0.2.1").indication == nil)
        #expect(ServerName("Mail.Example.com.").indication == "mail.example.com")
    }

    @Test("A certificate with many names does not fill a page")
    func manyNames() {
        let names = CertificateNames(domains: (0..<500).map { "h\($0).example" })
        #expect(names.texts.count == 11)
        #expect(names.texts.last == "490 more")
        #expect(CertificateNames(domains: ["a\u{1B}[2J"]).texts == ["a\u{FFFD}[2J"])
    }

    @Test(
        "A date",
        arguments: [
            (0, "1970-01-01 00:00:00 UTC"), (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"), (1_709_251_200, "2024-03-01 00:00:00 UTC"),
            (4_102_444_800, "2100-01-01 00:00:00 UTC"), (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"), (-2_203_977_600, "1900-02-28 00:00:00 UTC"),
            (253_402_300_799, "9999-12-31 23:59:59 UTC"),
        ] as [(Int64, String)])
    func date(seconds: Int64, text: String) {
        #expect("\(UTCDate(secondsSince1970: seconds))" == text)
    }

    @Test("The cipher suite is read out of a ServerHello that arrives byte by byte")
    func serverHello() {
        let sessionID = [UInt8](repeating: 7, count: 32)
        let body: [UInt8] =
            [2, 0, 0, 76, 3, 3] + [UInt8](repeating: 9, count: 32) + [32] + sessionID + [0x13, 0x02, 0, 0]
        let record: [UInt8] = [22, 3, 3, 0, UInt8(body.count)] + body
        var hello = ServerHello()
        for byte in record { hello.take([byte]) }
        #expect(hello.cipherSuite == 0x1302)
        #expect(ServerHello.name(ofCipherSuite: 0x1302) == "TLS_AES_256_GCM_SHA384")
        #expect(ServerHello.name(ofCipherSuite: 0xABCD) == "0xABCD")
        for other: [UInt8] in [
            Array("220 mail.example.com ESMTP and a great many words more".utf8), [21, 3, 3, 0, 2, 2, 70],
        ] {
            var hello = ServerHello()
            hello.take(other)
            #expect(hello.cipherSuite == nil)
        }
    }

    @Test("A ServerHello of any bytes is survived")
    func anyServerHello() {
        var random = SplitMix64(seed: 5)
        for _ in 0..<2000 {
            var hello = ServerHello()
            var bytes = (0..<Int(random.next() % 200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            if bytes.count > 5 { (bytes[0], bytes[5]) = (22, 2) }
            hello.take(bytes)
        }
    }
}
