/// When a deferred recipient is tried again, and how often.
public struct RetryPolicy: Hashable, Sendable {
    /// Attempts in all, the first included: 1 to 31. The last one that is deferred becomes a failure.
    public var attempts: Int
    /// Delay before the second attempt, in milliseconds.
    public var firstMilliseconds: Int64
    /// Each further delay is the one before times this: 1 to 100.
    public var factor: Int
    /// No delay is longer, in milliseconds.
    public var capMilliseconds: Int64

    /// The fold keeps five bits for a recipient's attempts.
    public static let attemptsMax = 31

    /// Out-of-range values are brought to the nearest bound.
    public init(
        attempts: Int = 5, firstMilliseconds: Int64 = 60_000, factor: Int = 2, capMilliseconds: Int64 = 3_600_000
    ) {
        self.attempts = min(max(attempts, 1), Self.attemptsMax)
        self.firstMilliseconds = max(firstMilliseconds, 0)
        self.factor = min(max(factor, 1), 100)
        self.capMilliseconds = max(capMilliseconds, 0)
    }

    /// The delay after attempt number `attempt` (from 1) in milliseconds, with up to 10 % of jitter taken off.
    ///
    /// The jitter is a hash of `salt`, not a random number: the same log always gives the same due times.
    package func delayMilliseconds(afterAttempt attempt: Int, salt: UInt64) -> Int64 {
        var delay = firstMilliseconds
        for _ in 1..<max(attempt, 1) where delay < capMilliseconds {
            let (product, overflow) = delay.multipliedReportingOverflow(by: Int64(factor))
            delay = overflow ? capMilliseconds : product
        }
        delay = min(delay, capMilliseconds)
        let jitterMax = delay / 10
        guard jitterMax > 0 else { return delay }
        return delay - Int64(mix(salt &+ UInt64(attempt)) % UInt64(jitterMax + 1))
    }
}

/// The finaliser of SplitMix64: spreads nearby inputs over all 64 bits.
package func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
}

/// How an endpoint is treated: how often it is tried again in trouble before it is removed from the job, and how much it is
/// given.
public struct EndpointPolicy: Hashable, Sendable {
    /// Tries after the first failure: 0 removes the endpoint at once.
    public var retries: Int
    /// The pauses between the tries.
    public var delays: RetryPolicy
    /// Messages per hour through it; 0 is no limit.
    public var ratePerHour: UInt32
    /// Its share of the messages among the endpoints that have a weight, 1 to ``EndpointLimits/weightMax``; nil takes what it
    /// can.
    public var weight: UInt32?
    /// Connections to begin with, more being opened while it goes well; nil opens all of them at once.
    public var initialConnections: Int?
    /// How often its probe is asked.
    public var probing = ProbePolicy()

    public init(
        retries: Int = 5, intervalMilliseconds: Int64 = 10_000, factor: Int = 2, capMilliseconds: Int64 = 300_000,
        ratePerHour: UInt32 = 0, weight: UInt32? = nil, initialConnections: Int? = nil
    ) {
        self.retries = max(retries, 0)
        self.ratePerHour = ratePerHour
        self.weight = weight.map { min(max($0, 1), EndpointLimits.weightMax) }
        self.initialConnections = initialConnections.map { max($0, 1) }
        delays = RetryPolicy(
            attempts: 1, firstMilliseconds: intervalMilliseconds, factor: factor, capMilliseconds: capMilliseconds)
    }
}

/// How often an endpoint is asked what became of a message. After a crash it is asked once about each claim that was left, in
/// any case.
public struct ProbePolicy: Hashable, Sendable {
    /// How often it is asked again about what is in doubt, while the job runs; 0 is never.
    public var again: Int
    /// From the naming of the doubt to the first of these, in milliseconds; each further one waits twice as long as the one
    /// before.
    public var intervalMilliseconds: Int64

    public init(again: Int = 0, intervalMilliseconds: Int64 = 10_000) {
        self.again = max(again, 0)
        self.intervalMilliseconds = max(intervalMilliseconds, 1)
    }

    /// - Parameter asked: how often it was asked again already.
    package func delayMilliseconds(afterAsking asked: Int) -> Int64 {
        let (delay, overflow) = intervalMilliseconds.multipliedReportingOverflow(by: 1 << Int64(min(asked, 20)))
        return overflow ? .max : delay
    }
}

/// What to do with a recipient whose message may or may not have been accepted.
public enum InDoubtPolicy: UInt8, Hashable, Sendable, CaseIterable {
    /// List it and send no second copy until a person decides.
    case hold = 0
    /// Send again under the same Message-ID, and say so in the log.
    case resend = 1
}
