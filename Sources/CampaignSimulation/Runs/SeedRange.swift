import Foundation
import Synchronization

/// What came of many seeds.
package struct SeedRangeReport: Sendable {
    package var seeds: UInt64 = 0
    package var failures: [SeedResult] = []
    /// Seeds whose second run gave another log.
    package var unsteady: [UInt64] = []
    package var marks = Marks()
    package var events: UInt64 = 0
    package var processes: UInt64 = 0
    /// Simulated milliseconds, all worlds together.
    package var time: Int64 = 0
    /// Over the log roots of all seeds, in the seeds' order: two builds must agree on it.
    package var digest: UInt64 = 0
}

/// Runs many seeds on several threads. The report does not depend on how many there are.
package struct SeedRange: Sendable {
    package var first: UInt64
    package var count: UInt64
    package var threads: Int
    /// Each seed is run twice where its number is divisible by this; 0 for none.
    package var twiceEvery: UInt64
    package var limits: Limits
    /// After this many failures no new seed is begun.
    package var failuresMax: Int

    package init(
        first: UInt64, count: UInt64, threads: Int = 1, twiceEvery: UInt64 = 0, limits: Limits = Limits(),
        failuresMax: Int = 1
    ) {
        self.first = first
        self.count = count
        self.threads = max(threads, 1)
        self.twiceEvery = twiceEvery
        self.limits = limits
        self.failuresMax = failuresMax
    }

    private static let batch: UInt64 = 256

    private struct Shared {
        var next: UInt64 = 0
        var report = SeedRangeReport()
    }

    /// - Parameter progress: told the number of seeds done, now and then, from any of the threads.
    package func run(_ lists: [SimulatedList], progress: @escaping @Sendable (UInt64) -> Void) -> SeedRangeReport {
        let shared = Mutex(Shared())
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            while true {
                let start: UInt64? = shared.withLock { shared in
                    guard shared.next < count, shared.report.failures.count < failuresMax else { return nil }
                    defer { shared.next += Self.batch }
                    return shared.next
                }
                guard let start else { return }
                let report = run(lists, start..<min(start + Self.batch, count))
                let done = shared.withLock { shared in
                    shared.report.add(report)
                    return shared.report.seeds
                }
                progress(done)
            }
        }
        var report = shared.withLock { $0.report }
        report.failures.sort { $0.seed < $1.seed }
        report.unsteady.sort()
        return report
    }

    private func run(_ lists: [SimulatedList], _ offsets: Range<UInt64>) -> SeedRangeReport {
        var report = SeedRangeReport()
        for offset in offsets {
            let seed = first &+ offset
            let result = Simulation.run(seed: seed, lists, limits)
            report.add(result)
            guard twiceEvery > 0, seed % twiceEvery == 0 else { continue }
            let again = Simulation.run(seed: seed, lists, limits)
            if again.logRoot != result.logRoot || again.ticks != result.ticks { report.unsteady.append(seed) }
        }
        return report
    }
}

extension SeedRangeReport {
    fileprivate mutating func add(_ result: SeedResult) {
        seeds += 1
        if result.violation != nil { failures.append(result) }
        marks.add(result.marks)
        events += UInt64(result.events)
        processes += UInt64(result.processes)
        time += result.time
        // A sum: the order in which threads finish does not matter.
        var hash = SplitMix64(seed: result.seed ^ (UInt64(result.logRoot.prefix(16), radix: 16) ?? 0))
        digest &+= hash.next()
    }

    fileprivate mutating func add(_ other: SeedRangeReport) {
        seeds += other.seeds
        failures += other.failures
        unsteady += other.unsteady
        marks.add(other.marks)
        events += other.events
        processes += other.processes
        time += other.time
        digest &+= other.digest
    }
}
