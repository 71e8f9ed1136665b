import CampaignDomain
import CampaignEndpoints
import Testing

@testable import campaign

@Suite("What check tells of an endpoint")
struct EndpointViewTests {
    /// 2026-03-01 12:00:00 UTC.
    private static let now = Timestamp(milliseconds: 1_772_366_400_000)

    private static func server(daysLeft: Int64) -> EndpointView {
        var inspection = ServerInspection()
        inspection.extensions = ["PIPELINING", "SIZE", "AUTH"]
        inspection.sizeLimitBytes = 10_240_000
        inspection.mechanisms = ["PLAIN", "LOGIN"]
        inspection.authenticatedBy = "PLAIN"
        inspection.tlsVersion = "TLS 1.3"
        inspection.cipher = "TLS_AES_128_GCM_SHA256"
        inspection.certificate = ServerInspection.Certificate(
            subject: "mail.example.com", names: ["mail.example.com", "*.example.com"], issuer: "An Authority",
            notBefore: 1_764_590_400, notAfter: now.milliseconds / 1000 + daysLeft * 86_400 + 5)
        return EndpointView(url: "smtps://ann@mail.example.com:465", inspection: inspection)
    }

    @Test("a server's table") func table() {
        let lines = Self.server(daysLeft: 60).lines(paint: .plain, now: Self.now)
        #expect(
            lines == [
                "endpoint    smtps://ann@mail.example.com:465: reached",
                "            TLS          TLS 1.3, TLS_AES_128_GCM_SHA256",
                "            certificate  mail.example.com, for mail.example.com, *.example.com",
                "            issued by    An Authority",
                "            valid until  2026-04-30 12:00:05, 60 days left",
                "            extensions   PIPELINING SIZE AUTH",
                "            size limit   10240000 bytes",
                "            mechanisms   PLAIN LOGIN",
                "            let in by    PLAIN",
            ])
    }

    @Test(
        "fewer than 14 days are worth a warning",
        arguments: [(14, false), (13, true), (1, true), (0, true), (-1, true)])
    func warning(days: Int64, isWarned: Bool) {
        let lines = Self.server(daysLeft: days).lines(paint: .plain, now: Self.now)
        #expect(lines.contains { $0.contains("the certificate ends in \(days) day") } == isWarned)
    }

    @Test("the same for programs") func json() {
        #expect(
            Self.server(daysLeft: 60).json(now: Self.now).text
                == #"{"url":"smtps://ann@mail.example.com:465","checked":true,"error":null,"#
                + #""extensions":["PIPELINING","SIZE","AUTH"],"sizeLimit":10240000,"authMechanisms":["PLAIN","LOGIN"],"#
                + #""authenticatedBy":"PLAIN","tls":{"version":"TLS 1.3","cipher":"TLS_AES_128_GCM_SHA256","#
                + #""certificate":{"subject":"mail.example.com","names":["mail.example.com","*.example.com"],"#
                + #""issuer":"An Authority","notBefore":"2025-12-01T12:00:00.000Z","#
                + #""notAfter":"2026-04-30T12:00:05.000Z","daysLeft":60}}}"#)
    }

    @Test("not asked, not usable, a directory") func others() {
        let offline = EndpointView(url: "smtp://h:25", inspection: nil)
        #expect(offline.lines(paint: .plain, now: Self.now) == ["endpoint    smtp://h:25: not tried"])
        #expect(offline.json(now: Self.now).text == #"{"url":"smtp://h:25","checked":false,"error":null}"#)
        let fault = EndpointFault(.hopeless, "no\u{1B}[2J TLS")
        let broken = EndpointView(url: "smtps://h:465", inspection: ServerInspection(fault: fault))
        #expect(
            broken.lines(paint: .plain, now: Self.now) == [
                "endpoint    smtps://h:465: cannot be used: no\\u{1b}[2J TLS"
            ])
        let directory = EndpointView(url: "dir:/out", inspection: ServerInspection())
        #expect(directory.lines(paint: .plain, now: Self.now) == ["endpoint    dir:/out: reached"])
    }
}
