import Foundation

/// A small generator that gives the same numbers for the same seed.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A new seed for every run, printed, or the one that `KILL_TEST_SEED` names.
    static func seed(for test: String) -> UInt64 {
        let named = ProcessInfo.processInfo.environment["KILL_TEST_SEED"].flatMap { UInt64($0) }
        let seed = named ?? UInt64.random(in: 1...999_999)
        print("\(test): KILL_TEST_SEED=\(seed)")
        return seed
    }
}
