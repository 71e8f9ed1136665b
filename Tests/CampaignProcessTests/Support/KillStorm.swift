import Foundation
import Testing

/// Starts the same command again and again and kills it with `kill -9` at moments drawn from a seed: while it imports,
/// while it recovers, while it sends.
struct KillStorm {
    /// How many times each moment was met.
    struct Tally {
        var beforeSending = 0
        var recovering = 0
        var sending = 0
        var total: Int { beforeSending + recovering + sending }
    }

    private enum Aim {
        /// A moment after the journal was made: the list is being read.
        case importing(Duration)
        /// Somewhere in the start, the import or the recovery.
        case early(Duration)
        /// After so many further recipients, and a moment.
        case sending(Int, Duration)
    }

    var kills = 20
    var random: SplitMix64
    /// Recipients of the campaign.
    var total: Int

    init(seed: UInt64, total: Int) {
        random = SplitMix64(seed: seed)
        self.total = total
    }

    /// - Parameter progress: how many recipients were reached so far.
    mutating func rage(_ campaign: TestCampaign, _ progress: () -> Int) async throws -> Tally {
        var tally = Tally()
        for kill in 0..<kills {
            let before = progress()
            let process = try campaign.startRun("--quiet")
            switch aim(kill) {
            case .importing(let delay):
                try await Eventually.holds("the journal to be made; \(process.diagnostics)") {
                    FileManager.default.fileExists(atPath: campaign.journal + "/data.mdb") || !process.isRunning
                }
                try await Eventually.moment(delay)
            case .early(let delay):
                try await Eventually.moment(delay)
            case .sending(let further, let delay):
                try await Eventually.holds(
                    "kill \(kill): \(further) recipients after \(before); \(process.diagnostics.suffix(500))",
                    within: .seconds(40)
                ) { progress() >= before + further || !process.isRunning }
                try await Eventually.moment(delay)
            }
            try #require(process.isRunning, "ended by itself before kill \(kill): \(process.diagnostics.suffix(1000))")
            try await process.end()
            let after = progress()
            if after == 0 {
                tally.beforeSending += 1
            } else if after == before {
                tally.recovering += 1
            } else {
                tally.sending += 1
            }
        }
        return tally
    }

    /// The first few early (import), then every fourth early (recovery), all others while it sends.
    private mutating func aim(_ kill: Int) -> Aim {
        if kill == 0 { return .importing(.microseconds(Int.random(in: 0...10_000, using: &random))) }
        if kill < 3 || kill % 4 == 3 {
            return .early(.microseconds(Int.random(in: 1_000...80_000, using: &random)))
        }
        let further = Int.random(in: 1...max(1, total / 24), using: &random)
        return .sending(further, .microseconds(Int.random(in: 0...10_000, using: &random)))
    }
}
