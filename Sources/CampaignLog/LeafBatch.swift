internal import Glibc

/// Leaves on their way into a Merkle tree, on a thread of their own.
///
/// SAFETY: between `start` and `finish` only the thread touches what changes, and it has ended when `finish` or `deinit`
/// returns; so it never outlives the batch, which it does not retain.
@safe
final class LeafBatch: @unchecked Sendable {
    private let leaves: [MerkleRoot]
    private let expectedRoot: MerkleRoot?
    /// Without the leaves before the work, with them afterwards.
    private(set) var tree: MerkleAccumulator
    private(set) var hasMetExpectedRoot = false
    private var thread: pthread_t?

    init(_ leaves: [MerkleRoot], _ tree: MerkleAccumulator, _ expectedRoot: MerkleRoot?) {
        self.leaves = leaves
        self.tree = tree
        self.expectedRoot = expectedRoot
    }

    deinit { finish() }

    /// Begins the work on a thread; does it here and now where none is to be had.
    func start() {
        var started = pthread_t()
        let code = unsafe pthread_create(
            &started, nil,
            { batch in
                guard let batch = unsafe batch else { return nil }
                unsafe Unmanaged<LeafBatch>.fromOpaque(batch).takeUnretainedValue().work()
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
        if code == 0 { thread = started } else { work() }
    }

    /// Waits until the work that was begun is done.
    func finish() {
        guard let running = thread else { return }
        thread = nil
        pthread_join(running, nil)
    }

    func work() {
        var tree = tree
        for leaf in leaves {
            tree.append(leaf: leaf)
            if let expectedRoot, tree.root == expectedRoot { hasMetExpectedRoot = true }
        }
        self.tree = tree
    }
}
