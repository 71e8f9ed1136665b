import Testing

@testable import CampaignDomain

@Suite struct RetryPolicyTests {
    @Test("values out of range are brought to the nearest bound")
    func bounds() {
        let low = RetryPolicy(attempts: .min, firstMilliseconds: .min, factor: .min, capMilliseconds: .min)
        #expect(low.attempts == 1)
        #expect(low.firstMilliseconds == 0)
        #expect(low.factor == 1)
        #expect(low.capMilliseconds == 0)
        let high = RetryPolicy(attempts: .max, firstMilliseconds: .max, factor: .max, capMilliseconds: .max)
        #expect(high.attempts == RetryPolicy.attemptsMax)
        #expect(high.factor == 100)
        #expect(EndpointPolicy(retries: -1).retries == 0)
    }

    @Test("each delay is the one before times the factor, up to the cap, with at most 10 % taken off")
    func delays() {
        let policy = RetryPolicy(attempts: 5, firstMilliseconds: 60_000, factor: 2, capMilliseconds: 200_000)
        for (attempt, full) in [(1, 60_000), (2, 120_000), (3, 200_000), (4, 200_000), (31, 200_000)] {
            var shortest = Int64.max
            var longest = Int64.min
            for salt: UInt64 in 0..<2_000 {
                let delay = policy.delayMilliseconds(afterAttempt: attempt, salt: salt)
                shortest = min(shortest, delay)
                longest = max(longest, delay)
            }
            #expect(longest <= full)
            #expect(shortest >= Int64(full) * 9 / 10)
            // The jitter is really spread over its range.
            #expect(longest - shortest > Int64(full) / 11)
        }
    }

    @Test("Law 4: the jitter is a function of its salt, so the same log gives the same due times")
    func deterministic() {
        let policy = RetryPolicy()
        for salt: UInt64 in [0, 1, .max, 0x1234_5678] {
            let delay = policy.delayMilliseconds(afterAttempt: 2, salt: salt)
            #expect(delay == policy.delayMilliseconds(afterAttempt: 2, salt: salt))
        }
        #expect(mix(0) == 0xE220_A839_7B1D_CDAF)  // SplitMix64's first output for seed 0.
    }

    @Test("no policy and no attempt overflows")
    func overflow() {
        let policy = RetryPolicy(attempts: 31, firstMilliseconds: .max, factor: 100, capMilliseconds: .max)
        #expect(policy.delayMilliseconds(afterAttempt: 31, salt: .max) > 0)
        #expect(policy.delayMilliseconds(afterAttempt: 0, salt: .max) > 0)
        let growing = RetryPolicy(attempts: 31, firstMilliseconds: 1, factor: 100, capMilliseconds: .max)
        #expect(growing.delayMilliseconds(afterAttempt: 31, salt: 0) > 1_000_000)
        let zero = RetryPolicy(attempts: 3, firstMilliseconds: 0, factor: 2, capMilliseconds: 0)
        #expect(zero.delayMilliseconds(afterAttempt: 2, salt: 9) == 0)
        #expect(Timestamp(milliseconds: .max).advanced(byMilliseconds: 1).milliseconds == .max)
    }
}
