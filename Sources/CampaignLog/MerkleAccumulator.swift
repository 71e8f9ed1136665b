/// The compact range of RFC 9162 trees: enough to append leaves and to know the root, in at most 64 hashes.
package struct MerkleAccumulator: Equatable, Sendable {
    /// Leaves so far.
    package private(set) var count: UInt64
    /// Roots of the complete subtrees, largest (leftmost) first: one for each bit that is set in `count`.
    package private(set) var peaks: [MerkleRoot]

    package init() {
        count = 0
        peaks = []
    }

    /// Nil unless there are as many peaks as `count` has bits set.
    package init?(count: UInt64, peaks: [MerkleRoot]) {
        guard peaks.count == count.nonzeroBitCount else { return nil }
        self.count = count
        self.peaks = peaks
    }

    /// Adds the hash of the next leaf. O(1) amortised, at most 64 hashes.
    package mutating func append(leaf: MerkleRoot) {
        var node = leaf
        for _ in 0..<count.trailingOneBitCount {
            node = MerkleHash.node(peaks.removeLast(), node)
        }
        peaks.append(node)
        count += 1
    }

    /// The Merkle tree hash of all leaves. At most 63 hashes.
    package var root: MerkleRoot {
        guard var node = peaks.last else { return MerkleHash.empty }
        for peak in peaks.dropLast().reversed() {
            node = MerkleHash.node(peak, node)
        }
        return node
    }
}

extension UInt64 {
    fileprivate var trailingOneBitCount: Int { (~self).trailingZeroBitCount }
}
