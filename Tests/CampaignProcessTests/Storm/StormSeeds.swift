import Foundation

/// Which storms a run of the suite carries out.
///
/// Environment: `STORM_SEED` and `STORM_COUNT` name other ones; `make storm SEED=… COUNT=…` sets them.
enum StormSeeds {
    /// Small ones with many kinds of ends; a seed that finds something is added here.
    static let kept: [UInt64] = [7, 14, 20]

    static func chosen() -> [UInt64] {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["STORM_SEED"].flatMap { UInt64($0) }
        let count = environment["STORM_COUNT"].flatMap { UInt64($0) }
        if seed == nil, count == nil { return kept + [fresh()] }
        let first = seed ?? fresh()
        return (0..<max(1, count ?? 1)).map { first &+ $0 }
    }

    private static func fresh() -> UInt64 { UInt64.random(in: 1...999_999_999) }
}
