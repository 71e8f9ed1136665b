/// Where the log ends.
package struct LogHead: Equatable, Sendable {
    /// The sequence that the next event gets. The first event of a log has 1.
    package var nextSequence: UInt64
    package var frames: UInt64
    /// The root over all frames.
    package var root: MerkleRoot
    /// The newest engine's epoch; 0 before the first one.
    package var epoch: UInt64

    package init(nextSequence: UInt64, frames: UInt64, root: MerkleRoot, epoch: UInt64) {
        self.nextSequence = nextSequence
        self.frames = frames
        self.root = root
        self.epoch = epoch
    }
}
