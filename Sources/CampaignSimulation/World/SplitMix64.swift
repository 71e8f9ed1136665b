/// The simulator's only source of chance (Steele, Lea, Flood 2014): 64 bits of state, the same numbers everywhere.
package struct SplitMix64: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0 to `bound` - 1; 0 when the bound is 0.
    package mutating func below(_ bound: Int) -> Int {
        bound > 0 ? Int(next() % UInt64(bound)) : 0
    }

    /// A number in the range.
    package mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// True `perMille` times out of a thousand.
    package mutating func chance(perMille: Int) -> Bool {
        perMille > 0 && Int(next() % 1000) < perMille
    }
}

/// A source of chance for each part of the world, so that switching one kind of fault off leaves the others' as they were.
struct RandomStreams {
    var options: SplitMix64
    var process: SplitMix64
    var store: SplitMix64
    var network: SplitMix64
    var folder: SplitMix64
    var operation: SplitMix64
    var flights: SplitMix64
    var claims: SplitMix64

    init(seed: UInt64) {
        var root = SplitMix64(seed: seed)
        options = SplitMix64(seed: root.next())
        process = SplitMix64(seed: root.next())
        store = SplitMix64(seed: root.next())
        network = SplitMix64(seed: root.next())
        folder = SplitMix64(seed: root.next())
        operation = SplitMix64(seed: root.next())
        flights = SplitMix64(seed: root.next())
        claims = SplitMix64(seed: root.next())
    }
}
