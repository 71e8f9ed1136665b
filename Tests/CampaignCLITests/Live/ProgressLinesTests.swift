import CampaignEngine
import Testing

@testable import CampaignDomain
@testable import campaign

@Suite struct ProgressLinesTests {
    private static let busy = Samples.tally(
        pending: 4_000_000, sent: 5_000_000, failed: 123_456, skipped: 7890, inDoubt: 42, deferred: 98_765)

    private func lines(_ tally: Tally, endpoints: [String] = ["smtp://mail-relay-1.example.com:2525"]) -> ProgressLines
    {
        ProgressLines(
            summary: Samples.summary(tally: tally, endpointNames: endpoints), inFlight: 400, storeTrouble: nil,
            perSecond: 41_234.5, secondsLeft: 97, endpointsPerSecond: [20_000])
    }

    @Test("no line is wider than the terminal", arguments: 40...120) func widths(_ width: Int) {
        var progress = lines(Self.busy, endpoints: ["dir:/" + String(repeating: "山", count: 100), "dir:a"])
        progress.storeTrouble = String(repeating: "disk full ", count: 20)
        for line in progress.lines(width: width, paint: .plain, isUTF8: true) {
            #expect(DisplayWidth.columns(line) <= width, "\(line)")
        }
    }

    @Test("the bar and what matters most stay at every width", arguments: 40...120) func facts(_ width: Int) {
        let bar = lines(Self.busy).lines(width: width, paint: .plain, isUTF8: false)[0]
        #expect(bar.hasPrefix("["))
        #expect(bar.contains("55% 5131388/9230153"))
    }

    @Test("a wide terminal shows rate, ETA and every count") func wide() {
        let bar = lines(Self.busy).lines(width: 160, paint: .plain, isUTF8: false)[0]
        for fact in [
            "41235/s", "ETA 1m 37s", "sent 5000000", "failed 123456", "in doubt 42", "deferred 98765", "under way 400",
        ] {
            #expect(bar.contains(fact), "\(fact)")
        }
    }

    @Test("the bar is full and 100 % is said only when all is done") func full() {
        let nearly = lines(Samples.tally(pending: 1, sent: 999_999)).lines(width: 120, paint: .plain, isUTF8: false)[0]
        #expect(nearly.contains("99%") && nearly.contains("-]"))
        let all = lines(Samples.tally(sent: 10)).lines(width: 120, paint: .plain, isUTF8: false)[0]
        #expect(all.contains("100%") && all.contains("#]"))
        let none = lines(Samples.tally()).lines(width: 120, paint: .plain, isUTF8: false)[0]
        #expect(none.contains("0% 0/0"))
    }

    @Test("colour adds codes and nothing else") func colour() {
        let plain = lines(Self.busy).lines(width: 100, paint: .plain, isUTF8: true)
        let painted = lines(Self.busy).lines(width: 100, paint: Paint(isOn: true), isUTF8: true)
        let stripped = painted.map { $0.replacing(#/\u{1B}\[[0-9]+m/#, with: "") }
        #expect(stripped == plain)
        #expect(painted != plain)
    }

    @Test("a line for a log has no control codes, whatever the key says") func plain() {
        var progress = lines(Self.busy)
        progress.summary.key = "k\u{1B}[2J\n"
        let isClean = progress.plain.unicodeScalars.allSatisfy { !Sanitised.isUnsafe($0) }
        #expect(isClean)
        #expect(progress.plain.contains("sent 5000000, failed 123456, deferred 98765, in doubt 42"))
        #expect(progress.plain.contains("41235/s, ETA 1m 37s"))
    }

    @Test("a paused job says so, with how to go on") func paused() {
        let summary = Samples.summary(.paused) { $0.pauseReason = "wrong picture" }
        let progress = ProgressLines(summary: summary)
        let lines = progress.lines(width: 120, paint: .plain, isUTF8: true)
        #expect(lines.contains("  paused: wrong picture (campaign unpause spring-2026)"))
    }

    @Test("255 endpoints do not fill the screen") func manyEndpoints() {
        let progress = lines(Self.busy, endpoints: (0..<255).map { "dir:\($0)" })
        #expect(progress.lines(width: 80, paint: .plain, isUTF8: true).count == 2 + ProgressLines.endpointLinesMax)
    }

    @Test("the rate is over the last ten seconds") func meter() {
        var meter = RateMeter()
        #expect(meter.perSecond == nil)
        meter.add(milliseconds: 0, count: 0)
        meter.add(milliseconds: 400, count: 40)
        #expect(meter.perSecond == nil)
        for second in 1...30 as ClosedRange<Int64> {
            meter.add(milliseconds: second * 1000, count: second <= 20 ? 0 : UInt64(second - 20) * 100)
        }
        #expect(meter.perSecond == 100)
        #expect(meter.secondsLeft(open: 950) == 10)
        #expect(meter.secondsLeft(open: 0) == nil)
    }

    @Test("a count that falls or a clock that jumps gives no nonsense") func meterBackwards() {
        var meter = RateMeter()
        meter.add(milliseconds: 0, count: 100)
        meter.add(milliseconds: 1000, count: 50)
        #expect(meter.perSecond == 0)
        #expect(meter.secondsLeft(open: 10) == nil)
        meter.add(milliseconds: 500, count: 60)
        #expect(meter.perSecond == nil)
    }

    @Test(
        "rates are whole, or have one digit when small",
        arguments: [(0.04, "0.0/s"), (0.5, "0.5/s"), (9.96, "10.0/s"), (41_234.5, "41235/s")])
    func rates(_ rate: Double, _ text: String) {
        #expect(ProgressLines.rate(rate) == text)
    }
}
