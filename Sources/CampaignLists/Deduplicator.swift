/// Finds the rows whose address came before, or must not be written to.
///
/// Addresses are compared by 128-bit digests, which must be evenly spread (a cryptographic hash cut to length): equal
/// digests count as equal addresses. Memory is about 8 MiB however long the list is; 24 bytes per row wait in
/// temporary files without names.
package struct Deduplicator: ~Copyable {
    package enum Verdict: Hashable, Sendable {
        /// The first row with this address has that ordinal.
        case duplicate(of: UInt32)
        case suppressed
    }

    private struct Entry: BitwiseCopyable {
        let high: UInt64
        let low: UInt64
        /// `suppressedMark` for an address that must not be written to.
        let ordinal: UInt32
    }

    private struct Finding: BitwiseCopyable {
        let ordinal: UInt32
        let first: UInt32
    }

    private static let partitions = 256
    private static let suppressedMark = UInt32.max

    private let directory: String
    private let blockRecords: Int
    private var entries: PartitionedSpill<Entry>
    private var ordinalMax: UInt32 = 0

    /// `directory` takes the temporary files. `blockRecords`: records per partition that stay in memory.
    package init(directory: String, blockRecords: Int = 1024) {
        self.directory = directory
        self.blockRecords = blockRecords
        entries = PartitionedSpill(directory: directory, partitions: Self.partitions, blockRecords: blockRecords)
    }

    /// `ordinal` is below `UInt32.max`; ordinals may come in any order, each once.
    package mutating func add(digest: (UInt64, UInt64), ordinal: UInt32) throws(ListError) {
        precondition(ordinal != Self.suppressedMark)
        ordinalMax = max(ordinalMax, ordinal)
        try append(digest, ordinal)
    }

    package mutating func addSuppressed(digest: (UInt64, UInt64)) throws(ListError) {
        try append(digest, Self.suppressedMark)
    }

    private mutating func append(_ digest: (UInt64, UInt64), _ ordinal: UInt32) throws(ListError) {
        let entry = Entry(high: digest.0, low: digest.1, ordinal: ordinal)
        try entries.append(entry, to: Int(digest.0 >> 56))
    }

    /// Names every row that is not to be written to, by ascending ordinal. A suppressed address is suppressed wherever
    /// it occurs; otherwise the lowest ordinal keeps the address.
    package consuming func finish(_ body: (UInt32, Verdict) throws -> Void) throws {
        // The digests' order is of no use to anyone, so findings are spread again, by ordinal.
        let width = ordinalMax / UInt32(Self.partitions) + 1
        var findings = PartitionedSpill<Finding>(
            directory: directory, partitions: Self.partitions, blockRecords: blockRecords)
        for partition in 0..<Self.partitions {
            for finding in Self.findings(in: try entries.take(partition)) {
                try findings.append(finding, to: Int(finding.ordinal / width))
            }
        }
        for partition in 0..<Self.partitions {
            for finding in try findings.take(partition).sorted(by: { $0.ordinal < $1.ordinal }) {
                let isSuppressed = finding.first == Self.suppressedMark
                try body(finding.ordinal, isSuppressed ? .suppressed : .duplicate(of: finding.first))
            }
        }
    }

    private static func findings(in unsorted: [Entry]) -> [Finding] {
        var entries = unsorted
        entries.sort { ($0.high, $0.low, $0.ordinal) < ($1.high, $1.low, $1.ordinal) }
        var findings: [Finding] = []
        var start = 0
        while start < entries.count {
            var end = start + 1
            while end < entries.count, entries[end].high == entries[start].high, entries[end].low == entries[start].low
            {
                end += 1
            }
            // The mark is the highest ordinal, so it stands last.
            let isSuppressed = entries[end - 1].ordinal == suppressedMark
            for entry in entries[(isSuppressed ? start : start + 1)..<end] where entry.ordinal != suppressedMark {
                findings.append(
                    Finding(ordinal: entry.ordinal, first: isSuppressed ? suppressedMark : entries[start].ordinal))
            }
            start = end
        }
        return findings
    }
}
