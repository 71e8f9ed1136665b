/// The way through a log frame by frame: each is hashed and must follow from the one before, and enters the tree.
///
/// Frames are gathered, and a second thread hashes batch after batch of them; what follows from their hashes is settled in
/// the order of the log, so that the outcome is the same as of one thread. One batch is under way at most while another
/// gathers: memory does not grow with the log, and who is ahead waits. A short log needs no thread.
struct Walk {
    /// The end of what is settled: all frames up to it are good.
    private(set) var head = LogHead.ofNothing
    /// Whether the tree has had the expected root after one of these frames, or before the first.
    private(set) var hasMetExpectedRoot: Bool
    private let expectedRoot: MerkleRoot?
    private var gathered = FrameBatch()
    private var underWay = FrameBatch()
    /// The first frame that was bad; nothing is settled behind it.
    private var failure: LogError?

    /// - Parameter expectedRoot: looked for after each frame.
    init(expectedRoot: MerkleRoot?) {
        self.expectedRoot = expectedRoot
        hasMetExpectedRoot = expectedRoot == MerkleHash.empty
    }

    /// Takes the next frame, whose checksum is right.
    /// - Throws: `corrupted` for it or one before it.
    mutating func take(_ header: borrowing FrameHeader, _ payload: RawSpan) throws(LogError) {
        if gathered.append(header, payload) { return }
        // The next batch is begun before the one before it is settled: then both threads have work.
        underWay.finish()
        swap(&gathered, &underWay)
        underWay.start()
        try settle(gathered)
        if gathered.append(header, payload) { return }
        // Too large for any batch.
        underWay.finish()
        try settle(underWay)
        try settle(header, MerkleHash.leaf(header, payload: payload))
    }

    /// The head after all frames that have been taken.
    /// - Throws: `corrupted` for the first that is bad.
    mutating func settled() throws(LogError) -> LogHead {
        underWay.finish()
        try settle(underWay)
        gathered.work()
        try settle(gathered)
        return head
    }

    private mutating func settle(_ batch: FrameBatch) throws(LogError) {
        defer { batch.removeAll() }
        if let failure { throw failure }
        for index in batch.headers.indices { try settle(batch.headers[index], batch.hashes[index]) }
    }

    private mutating func settle(_ header: borrowing FrameHeader, _ hash: MerkleRoot) throws(LogError) {
        if let reason = head.misplacement(of: header) {
            let error = LogError.corrupted(sequence: min(header.firstSequence, head.nextSequence), reason: reason)
            failure = error
            throw error
        }
        head.tree.append(leaf: hash)
        head.newestHash = hash
        head.nextSequence = header.nextSequence
        head.epoch = header.epoch
        if let expectedRoot, head.root == expectedRoot { hasMetExpectedRoot = true }
    }

    func report(firstBad: UInt64?, reason: String?) -> VerifyReport {
        VerifyReport(
            ok: reason == nil,
            frames: head.frames,
            events: head.nextSequence - 1,
            head: head.root,
            firstBad: firstBad,
            reason: reason
        )
    }
}
