import Foundation
import Testing

@testable import CampaignDomain
@testable import CampaignEndpoints

@Suite("A probe that reads Postfix's log")
struct MailLogProbeTests {
    private let scratch: Scratch
    /// 2026-11-25T17:00:00Z
    private let base: Int64 = 1_795_626_000_000
    private let key = "mfrggzdfmztwq2lknnwg23tpoa"

    init() throws { scratch = try Scratch() }

    /// `seconds` after the base.
    private func line(_ seconds: Int, _ text: String) -> String {
        let (minute, second) = (seconds / 60, seconds % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "2026-11-25T17:\(two(minute)):\(two(second)).123456+00:00 mx postfix/\(text)\n"
    }

    private func id(_ queue: String, _ key: String? = nil) -> String {
        "cleanup[7]: \(queue): message-id=<\(key ?? self.key)@example.com>"
    }

    /// Claimed 60 s after the base, lost after 70.
    private func ask(_ log: String) throws -> ProbeVerdict {
        let path = try scratch.file("mail.log", log)
        return askFiles(path)
    }

    private func askFiles(_ path: String) -> ProbeVerdict {
        let now = base + 3_600_000
        let probe = MailLogProbe(path: path, settleMilliseconds: 10_000, now: { now })
        let question = MessageQuestion(
            key: key, messageID: "", recipient: "ann@example.com", claimedAt: base + 60_000,
            lostAt: base + 70_000)
        return probe.verdicts([question])[0]
    }

    private var start: String { line(0, "smtpd[1]: connect from client[10.0.0.1]") }
    private var end: String { line(90, "smtpd[1]: disconnect from client[10.0.0.1] ehlo=1 quit=1 commands=2") }

    @Test(
        "taken over by the queue manager, or held or discarded with a 250: accepted, also in a log that has just begun")
    func accepted() throws {
        let words = [
            "qmgr[2]: 4AB1: from=<shop@example.com>, size=800, nrcpt=1 (queue active)", "qmgr[2]: 4AB1: removed",
            "smtp[3]: 4AB1: to=<ann@example.com>, relay=none, status=deferred (later)",
            "cleanup[7]: 4AB1: hold: header Subject: x; from=<a@b>", "cleanup[7]: 4AB1: discard: body x; from=<a@b>",
            "cleanup[7]: 4AB1: milter-discard: END-OF-MESSAGE from x", "cleanup[7]: 4AB1: milter-hold: END-OF-MESSAGE",
        ]
        for text in words { #expect(try ask(line(61, id("4AB1")) + line(61, text)) == .accepted, "\(text)") }
    }

    @Test("rejected after its Message-ID was logged: not accepted")
    func rejected() throws {
        let words = [
            "cleanup[7]: 4AB1: milter-reject: END-OF-MESSAGE from client[10.0.0.1]: 5.7.1 no; from=<a@b> to=<ann@example.com>",
            "cleanup[7]: 4AB1: reject: header Subject: x from client[10.0.0.1]; from=<a@b> to=<c@d> proto=ESMTP: 5.7.1 no",
            "smtpd[7]: 4AB1: reject: END-OF-MESSAGE from client[10.0.0.1]: 452 4.3.1 no",
            "cleanup[7]: warning: 4AB1: queue file size limit exceeded",
            "cleanup[7]: warning: 4AB1: write queue file: No space left on device",
        ]
        for text in words { #expect(try ask(line(61, id("4AB1")) + line(61, text)) == .notAccepted, "\(text)") }
    }

    @Test("its Message-ID alone says nothing: the final reply came after it, or did not")
    func undecided() throws {
        #expect(try ask(start + line(61, id("4AB1")) + end) == .unknown)
        // Lines about others, and about another use of the same queue id.
        let others =
            line(62, "qmgr[2]: 4AB2: from=<shop@example.com>, size=800, nrcpt=1 (queue active)")
            + line(63, id("4AB1", "zzzz")) + line(63, "qmgr[2]: 4AB1: from=<shop@example.com>, size=800, nrcpt=1")
        #expect(try ask(start + line(61, id("4AB1")) + others + end) == .unknown)
        // Rejected once, and then there again: a filter has handed it on.
        let again = line(62, "cleanup[7]: 4AB1: milter-reject: END-OF-MESSAGE from x") + line(63, id("4AB3"))
        #expect(try ask(start + line(61, id("4AB1")) + again + end) == .unknown)
        #expect(try ask(start + line(61, id("4AB1")) + again + line(64, "qmgr[2]: 4AB3: removed") + end) == .accepted)
    }

    @Test("nowhere in a log that reaches from the claim to ten seconds after the loss: not accepted")
    func absent() throws {
        let others = line(61, id("4AB2", "zzzz")) + line(61, "qmgr[2]: 4AB2: from=<shop@example.com>, size=8, nrcpt=1")
        #expect(try ask(start + others + end) == .notAccepted)
        #expect(try ask(start + others + line(79, "smtpd[1]: connect from x")) == .unknown, "too short after the loss")
        #expect(try ask(start + others + line(80, "smtpd[1]: connect from x")) == .notAccepted)
        #expect(try ask(line(60, "smtpd[1]: connect from x") + others + end) == .unknown, "begins after the claim")
        #expect(try ask(line(59, "smtpd[1]: connect from x") + others + end) == .notAccepted)
        #expect(try ask("") == .unknown)
        #expect(askFiles(scratch.path + "/missing") == .unknown)
        #expect(try ask("no log at all\n\n") == .unknown)
    }

    @Test("a log that says that it has left lines out proves no absence")
    func holes() throws {
        let lost =
            "2026-11-25T17:01:05.000000+00:00 mx rsyslogd: imuxsock[pid: 77]: lost 12 messages due to rate-limiting\n"
        #expect(try ask(start + lost + end) == .unknown)
        let suppressed = line(65, "journald[3]: Suppressed 120 messages from postfix.service")
        #expect(try ask(start + suppressed + end) == .unknown)
        #expect(try ask(start + lost + line(61, id("4AB1")) + line(61, "qmgr[2]: 4AB1: removed")) == .accepted)
    }

    @Test("another one's Message-ID in a line of its own is no evidence, whatever a sender has written into it")
    func forged() throws {
        let forged = [
            "cleanup[7]: 4AB2: info: header Subject: x: message-id=<\(key)@example.com> from client[10.0.0.1]",
            "cleanup[7]: 4AB2: warning: header X-A: ]: 4AB2: message-id=<\(key)@example.com>",
            "smtpd[7]: warning: message-id=<\(key)@example.com>",
        ]
        for text in forged {
            let log = start + line(61, text) + line(62, "qmgr[2]: 4AB2: from=<a@b>, size=8, nrcpt=1") + end
            #expect(try ask(log) == .notAccepted, "\(text)")
        }
    }

    @Test("rotated files are read as far as they are needed, and not across a compressed one")
    func rotated() throws {
        let path = try scratch.file("mail.log", line(75, "smtpd[1]: connect from x") + end)
        #expect(askFiles(path) == .unknown)
        let newer = try scratch.file("mail.log.1", line(30, "smtpd[1]: connect from x") + line(61, id("4AB1")))
        try setModified(newer, 74)
        #expect(askFiles(path) == .unknown, "seen, and undecided")
        _ = try scratch.file("mail.log", line(75, "qmgr[2]: 4AB1: removed") + end)
        #expect(askFiles(path) == .accepted, "the one line before the rotation, the other after")
        _ = try scratch.file("mail.log.1", line(62, "smtpd[1]: connect from x"))
        try setModified(newer, 74)
        let oldest = try scratch.file("mail.log-20261124", line(0, "smtpd[1]: connect from x"))
        try setModified(oldest, 61)
        #expect(askFiles(path) == .notAccepted)
        let compressed = try scratch.file("mail.log.2.gz", "?")
        try setModified(compressed, 62)
        #expect(askFiles(path) == .unknown, "what lies between cannot be read")
    }

    private func setModified(_ path: String, _ seconds: Int) throws {
        let time = Date(timeIntervalSince1970: Double(base) / 1000 + Double(seconds))
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    }

    @Test("many lines, longer than a block: all are read")
    func long() throws {
        let filler = (0..<6_000).map { line(60 + $0 / 1000, "smtpd[1]: connect from client\($0)[10.0.0.1]") }.joined()
        #expect(filler.utf8.count > 2 * 256 * 1024)
        let log = start + filler + line(66, id("4AB1")) + line(66, "qmgr[2]: 4AB1: removed") + filler
        #expect(try ask(log) == .accepted)
        #expect(try ask(start + filler + filler + end) == .notAccepted)
    }

    @Test("stamps without year and zone are read as local time, of the last year that fits")
    func shortStamps() throws {
        // Noon, so that it is the same day everywhere from here on.
        var moments: [Int64] = []
        for stamp in ["Nov 25 12:00:00", "Nov  5 12:00:00", "Dec 31 23:59:59", "Jan  1 00:00:00"] {
            let time = try #require(SyslogTime(Array("\(stamp) mx postfix".utf8)[...], now: base))
            #expect(time.latest == time.earliest + 999)
            moments.append(time.earliest)
        }
        #expect(abs(moments[0] - (base - 5 * 3_600_000)) <= 14 * 3_600_000)
        #expect(
            moments[0] - moments[1] == 20 * 86_400_000 || abs(moments[0] - moments[1] - 20 * 86_400_000) == 3_600_000)
        #expect(moments[2] < base, "of the year before")
        #expect(moments[3] < base)
        for junk in [
            "", "Nov", "Nox 25 12:00:00 x", "2026-11-25 12:00:00", "2026-11-25T12:00:00", "2026-13-25T12:00:00Z",
        ] {
            #expect(SyslogTime(Array(junk.utf8)[...], now: base) == nil, "\(junk)")
        }
        let full = SyslogTime(Array("2026-11-25T18:00:00.5+01:00 mx".utf8)[...], now: 0)
        #expect(full?.earliest == base && full?.latest == base + 999)
        #expect(SyslogTime(Array("2026-11-25T17:00:00Z mx".utf8)[...], now: 0)?.earliest == base)
        #expect(SyslogTime(Array("2024-02-29T00:00:00Z mx".utf8)[...], now: 0)?.earliest == 1_709_164_800_000)
    }
}
