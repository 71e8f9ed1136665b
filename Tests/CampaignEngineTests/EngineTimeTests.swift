import CampaignDomain
import Synchronization
import Testing

@testable import CampaignEngine

/// The time that the engine decides by, whatever is done to the machine's clock.
@Suite struct EngineTimeTests {
    /// A clock in a test's hands.
    private final class TestClock: EngineClock {
        private let now = Mutex((timeOfDay: Int64(1_000_000), elapsed: Int64(0)))
        private let origin = ContinuousClock.now

        var timeOfDay: Timestamp { Timestamp(milliseconds: now.withLock { $0.timeOfDay }) }
        var instant: ContinuousClock.Instant { origin + .milliseconds(now.withLock { $0.elapsed }) }
        func sleep(for duration: Duration) {}
        func wait(for closing: ClosingEndpoints, until deadline: ContinuousClock.Instant) {}

        func pass(_ milliseconds: Int64, settingBy error: Int64 = 0) {
            now.withLock { now in
                now.timeOfDay += milliseconds + error
                now.elapsed += milliseconds
            }
        }
    }

    @Test("R28: a clock that is set back does not stop the engine: what is due in a minute is due in a minute")
    func setBack() {
        let clock = TestClock()
        var time = EngineTime(clock, notBefore: Timestamp(milliseconds: 0))
        clock.pass(500, settingBy: -900_000)
        #expect(time.now().milliseconds == 1_000_500)
        clock.pass(60_000)
        #expect(time.now().milliseconds == 1_060_500)
    }

    @Test("a clock that is set forward is followed, and then back again it goes on evenly")
    func setForward() {
        let clock = TestClock()
        var time = EngineTime(clock, notBefore: Timestamp(milliseconds: 0))
        clock.pass(10, settingBy: 3_600_000)
        #expect(time.now().milliseconds == 4_600_010)
        clock.pass(10, settingBy: -3_600_000)
        #expect(time.now().milliseconds == 4_600_020)
    }

    @Test("it begins where the log ended, even if the clock says that this was tomorrow")
    func afterTheLog() {
        let clock = TestClock()
        var time = EngineTime(clock, notBefore: Timestamp(milliseconds: 90_000_000))
        #expect(time.now().milliseconds == 90_000_000)
        clock.pass(1_000)
        #expect(time.now().milliseconds == 90_001_000)
    }
}
