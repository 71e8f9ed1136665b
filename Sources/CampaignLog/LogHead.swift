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

    /// Why `header` cannot come next, nil when it can.
    func misplacement(of header: borrowing FrameHeader) -> String? {
        if header.firstSequence != nextSequence {
            return "sequence \(nextSequence) is expected here, \(header.firstSequence) is found"
        }
        if header.hashBefore != newestHash {
            return "the frame does not follow from those before it: it names another hash of the frame before"
        }
        if header.epoch < epoch {
            return "the frame is of epoch \(header.epoch), after one of epoch \(epoch)"
        }
        return nil
    }
}
