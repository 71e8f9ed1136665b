/// What came of one seed.
package struct SeedResult: Sendable {
    package var seed: UInt64
    package var violation: Violation?
    /// The Merkle root over the whole log: 64 hexadecimal digits.
    package var logRoot: String
    package var events: Int
    package var ticks: Int
    /// Simulated milliseconds.
    package var time: Int64
    package var processes: Int
    package var marks: Marks
}
