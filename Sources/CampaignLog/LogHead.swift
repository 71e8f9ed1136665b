/// Where the log ends.
package struct LogHead: Equatable, Sendable {
    /// The sequence that the next event gets. The first event of a log has 1.
    package var nextSequence: UInt64
    /// The Merkle tree over all frames.
    package var tree: MerkleAccumulator
    /// The hash of the newest frame, which the next one names; of nothing before the first.
    package var newestHash: MerkleRoot
    /// The newest engine's epoch; 0 before the first one.
    package var epoch: UInt64

    /// The end of a log without frames.
    package static let ofNothing = LogHead(
        nextSequence: 1, tree: MerkleAccumulator(), newestHash: MerkleHash.empty, epoch: 0)

    package init(nextSequence: UInt64, tree: MerkleAccumulator, newestHash: MerkleRoot, epoch: UInt64) {
        self.nextSequence = nextSequence
        self.tree = tree
        self.newestHash = newestHash
        self.epoch = epoch
    }

    package var frames: UInt64 { tree.count }

    /// The root over all frames. Computed: at most 63 hashes.
    package var root: MerkleRoot { tree.root }
}
