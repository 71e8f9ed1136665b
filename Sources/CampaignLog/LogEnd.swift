/// The end of a log on the way through it: what the next frame must follow.
struct LogEnd {
    var nextSequence: UInt64 = 1
    /// The hash of the frame before.
    var hash = MerkleHash.empty
    var epoch: UInt64 = 0

    /// Why `header` cannot come next, nil when it can.
    func misplacement(of header: borrowing FrameHeader) -> String? {
        if header.firstSequence != nextSequence {
            return "sequence \(nextSequence) is expected here, \(header.firstSequence) is found"
        }
        if header.hashBefore != hash {
            return "the frame does not follow from those before it: it names another hash of the frame before"
        }
        if header.epoch < epoch {
            return "the frame is of epoch \(header.epoch), after one of epoch \(epoch)"
        }
        return nil
    }

    mutating func pass(_ header: borrowing FrameHeader, hash: MerkleRoot) {
        nextSequence = header.nextSequence
        self.hash = hash
        epoch = header.epoch
    }
}
