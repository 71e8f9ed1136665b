/// Makes a failing world smaller: as few steps, jobs, rows and kinds of fault as still break the same promise.
package struct Shrinker {
    private let seed: UInt64
    private let run: (Limits) -> SeedResult
    private let promise: Violation.Promise
    private let mutant: String?
    package private(set) var limits: Limits
    package private(set) var result: SeedResult
    package private(set) var runs = 0

    /// - Parameters:
    ///   - result: of a run with `limits` that broke a promise; nil is returned where it broke none.
    ///   - run: runs the same seed with other limits.
    package init?(
        _ result: SeedResult, _ limits: Limits = Limits(), mutant: String? = nil,
        run: @escaping (Limits) -> SeedResult
    ) {
        guard let violation = result.violation else { return nil }
        seed = result.seed
        self.run = run
        self.limits = limits
        self.result = result
        self.mutant = mutant
        promise = violation.promise
    }

    package mutating func shrink() {
        var isSmaller = true
        // Each round may make room for the next: a world without crashes needs fewer steps.
        for _ in 0..<4 where isSmaller {
            isSmaller = false
            for fault in Fault.allCases where !limits.without.contains(fault) {
                isSmaller = tries { $0.without.append(fault) } || isSmaller
            }
            for jobs in 1..<3 where limits.jobsMax ?? 3 > jobs {
                if tries({ $0.jobsMax = jobs }) {
                    isSmaller = true
                    break
                }
            }
            for rows in [1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 40] where limits.rowsMax ?? 90 > rows {
                if tries({ $0.rowsMax = rows }) {
                    isSmaller = true
                    break
                }
            }
            isSmaller = shrinkTicks() || isSmaller
        }
    }

    /// Bisection: not every smaller number fails, but the one found does.
    private mutating func shrinkTicks() -> Bool {
        var low = 0
        var high = limits.ticksMax ?? result.ticks
        let before = high
        while low < high {
            let middle = low + (high - low) / 2
            if tries({ $0.ticksMax = middle }) { high = middle } else { low = middle + 1 }
        }
        return high < before
    }

    private mutating func tries(_ change: (inout Limits) -> Void) -> Bool {
        var smaller = limits
        change(&smaller)
        runs += 1
        let outcome = run(smaller)
        guard outcome.violation?.promise == promise else { return false }
        limits = smaller
        result = outcome
        return true
    }

    /// The command that shows the failure again.
    package var command: String {
        ["simulate", "--seed \(seed)", limits.arguments, mutant.map { "--mutant \($0)" } ?? "", "--verbose"]
            .filter { !$0.isEmpty }.joined(separator: " ")
    }
}
