import Testing

@testable import CampaignDomain

@Suite struct PacerTests {
    /// Sends whenever the pacer allows it, waking when it says so; gives the times of all messages, in milliseconds.
    private func send(perHour: UInt32, during milliseconds: Int64, from start: Int64 = 1_700_000_000_000) -> [Int64] {
        var pacer = Pacer(ratePerHour: perHour)
        var now = Timestamp(milliseconds: start)
        var times: [Int64] = []
        while now.milliseconds < start + milliseconds {
            let allowed = pacer.allowance(now: now)
            pacer.consume(allowed)
            for _ in 0..<allowed { times.append(now.milliseconds - start) }
            now = max(pacer.nextAllowed(now: now) ?? now, Timestamp(milliseconds: now.milliseconds + 1))
        }
        return times
    }

    @Test(
        "the rate is kept within 1 %, whatever whole milliseconds do to it",
        arguments: [
            50, 700, 3_600, 25_200, 108_000, 144_000, 176_400, 180_000, 216_000, 2_520_000, 3_600_000, 36_000_000,
        ])
    func rate(perHour: Int) {
        let hours = max(1, 100 / perHour)
        let duration: Int64 = perHour > 1_000_000 ? 60_000 : Int64(hours) * 10 * 3_600_000
        let sent = send(perHour: UInt32(perHour), during: duration).count
        let due = Double(perHour) * Double(duration) / 3_600_000
        #expect(abs(Double(sent) - due) <= due * 0.01 + 1)
    }

    @Test(
        "no burst is above 20 ms worth of messages, after an idle hour neither",
        arguments: [3_600, 360_000, 36_000_000])
    func burst(perHour: Int) {
        var pacer = Pacer(ratePerHour: UInt32(perHour))
        let burstMax = max(1, perHour * 20 / 3_600_000)
        #expect(pacer.allowance(now: Timestamp(milliseconds: 0)) == 1)
        #expect(pacer.allowance(now: Timestamp(milliseconds: 3_600_000)) <= burstMax)
        pacer.consume(burstMax)
        #expect(pacer.allowance(now: Timestamp(milliseconds: 3_600_000)) == 0)
        // In any 20 ms at most a burst and what those 20 ms earn.
        let times = send(perHour: UInt32(perHour), during: 20_000)
        var first = 0
        for (index, time) in times.enumerated() {
            while times[first] <= time - 20 { first += 1 }
            #expect(index - first + 1 <= 2 * burstMax + 1)
        }
    }

    @Test("the next message is allowed when the pacer says so, and not a millisecond before")
    func nextAllowed() throws {
        var pacer = Pacer(ratePerHour: 25_200)
        #expect(pacer.allowance(now: Timestamp(milliseconds: 0)) == 1)
        pacer.consume(1)
        let next = try #require(pacer.nextAllowed(now: Timestamp(milliseconds: 0)))
        #expect(next.milliseconds == 143)
        #expect(pacer.allowance(now: Timestamp(milliseconds: 142)) == 0)
        #expect(pacer.allowance(now: next) == 1)
    }

    @Test("a clock that goes back neither traps nor gives messages away, and 0 is no limit")
    func clock() {
        var pacer = Pacer(ratePerHour: .max)
        _ = pacer.allowance(now: Timestamp(milliseconds: 1_000))
        pacer.consume(1)
        #expect(pacer.allowance(now: Timestamp(milliseconds: 0)) == 0)
        #expect(Pacer(ratePerHour: 0).nextAllowed(now: Timestamp(milliseconds: 0)) == nil)
        var free = Pacer(ratePerHour: 0)
        #expect(free.allowance(now: Timestamp(milliseconds: 0)) == .max)
        free.consume(.max)
        #expect(free.allowance(now: Timestamp(milliseconds: 0)) == .max)
    }
}
