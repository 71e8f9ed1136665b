/// The Merkle tree of a whole log, built beside the walk through its frames: the leaves are gathered, and a second thread
/// puts batch after batch of them into the tree.
///
/// The order of the leaves alone decides what comes out. One batch is under way at most while another gathers, so that
/// memory does not grow with the log; who is ahead waits.
struct TreeBuilder {
    private var tree = MerkleAccumulator()
    private var hasMet: Bool
    private let expectedRoot: MerkleRoot?
    private var gathered: [MerkleRoot] = []
    private var underWay: LeafBatch?

    /// A thread's start is little beside a batch's hashes, and a short log needs none.
    private static let batchSize = 2048

    /// - Parameter expectedRoot: looked for after each leaf.
    init(expectedRoot: MerkleRoot? = nil) {
        self.expectedRoot = expectedRoot
        hasMet = expectedRoot == MerkleHash.empty
        gathered.reserveCapacity(Self.batchSize)
    }

    mutating func append(leaf: MerkleRoot) {
        gathered.append(leaf)
        if gathered.count == Self.batchSize { handOver() }
    }

    /// The tree over all leaves so far; waits for the second thread.
    var finished: MerkleAccumulator {
        mutating get {
            takeBack()
            if !gathered.isEmpty {
                let batch = LeafBatch(gathered, tree, expectedRoot)
                batch.work()
                take(batch)
                gathered.removeAll(keepingCapacity: true)
            }
            return tree
        }
    }

    /// Whether the tree has had the expected root after one of the leaves so far, or before the first.
    var hasMetExpectedRoot: Bool {
        mutating get {
            _ = finished
            return hasMet
        }
    }

    private mutating func handOver() {
        takeBack()
        let batch = LeafBatch(gathered, tree, expectedRoot)
        batch.start()
        underWay = batch
        gathered.removeAll(keepingCapacity: true)
    }

    private mutating func takeBack() {
        guard let batch = underWay else { return }
        underWay = nil
        batch.finish()
        take(batch)
    }

    private mutating func take(_ batch: LeafBatch) {
        tree = batch.tree
        hasMet = hasMet || batch.hasMetExpectedRoot
    }
}
