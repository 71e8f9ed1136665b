/// What `LogVerifier` found.
package struct VerifyReport: Sendable, Equatable {
    package var ok: Bool
    /// Frames and events that are good, up to the first bad place.
    package var frames: UInt64
    package var events: UInt64
    /// The root recomputed over the good frames.
    package var head: MerkleRoot
    /// The sequence of the first bad place; nil when all is well or the place has no sequence.
    package var firstBad: UInt64?
    /// Why not ok, for a person.
    package var reason: String?
}

/// Recomputes every hash of a log and checks its structure.
package enum LogVerifier {
    /// - Parameter expectedHead: a root that was kept elsewhere; the log must have had it at some point, or its
    ///   history was rewritten.
    /// - Throws: errors of the store other than damage.
    package static func verify(_ store: any EventStore, expectedHead: MerkleRoot? = nil) throws -> VerifyReport {
        var walk = Walk(expectedHead: expectedHead)
        var reason: String?
        do {
            let stored = try store.head
            var atHead = walk
            try store.scan(from: 1) { header, payload in
                try walk.take(header, payload)
                if walk.nextSequence == stored.nextSequence { atHead = walk }
                return true
            }
            // An engine may have appended frames meanwhile; then the head has moved as well.
            let isStale = walk.nextSequence > stored.nextSequence
            reason =
                try (isStale ? atHead : walk).disagreement(with: stored)
                ?? (isStale && store.head.nextSequence < walk.nextSequence ? walk.disagreement(with: stored) : nil)
        } catch LogError.corrupted(let sequence, let reason) {
            return walk.report(firstBad: sequence, reason: reason)
        }
        if let reason {
            return walk.report(firstBad: walk.nextSequence, reason: reason)
        }
        if expectedHead != nil, !walk.hasMetExpectedHead {
            return walk.report(firstBad: nil, reason: "the log never had the expected head: its history was rewritten")
        }
        return walk.report(firstBad: nil, reason: nil)
    }
}

private struct Walk {
    let expectedHead: MerkleRoot?
    var hasMetExpectedHead: Bool
    var tree = MerkleAccumulator()
    var root = MerkleHash.empty
    var nextSequence: UInt64 = 1
    var epoch: UInt64 = 0

    init(expectedHead: MerkleRoot?) {
        self.expectedHead = expectedHead
        hasMetExpectedHead = expectedHead == root
    }

    mutating func take(_ header: borrowing FrameHeader, _ payload: RawSpan) throws(LogError) {
        if let reason = misplacement(header) {
            throw .corrupted(sequence: min(header.firstSequence, nextSequence), reason: reason)
        }
        let bytes = FrameCodec.encodeHeader(copy header)
        unsafe tree.append(leaf: MerkleHash.leaf(header: bytes.span.bytes, payload: payload))
        root = tree.root
        nextSequence = header.nextSequence
        epoch = header.epoch
        if root == expectedHead { hasMetExpectedHead = true }
    }

    /// Why the stored head is not the one that was recomputed.
    func disagreement(with stored: LogHead) -> String? {
        if stored.nextSequence != nextSequence || stored.frames != tree.count {
            return "the head says \(stored.frames) frames up to \(stored.nextSequence), there are \(tree.count) "
                + "up to \(nextSequence)"
        }
        if stored.root != root { return "the head's root is not that of the frames" }
        if stored.epoch != epoch { return "the head's epoch is \(stored.epoch), the newest frame's \(epoch)" }
        return nil
    }

    func report(firstBad: UInt64?, reason: String?) -> VerifyReport {
        VerifyReport(
            ok: reason == nil,
            frames: tree.count,
            events: nextSequence - 1,
            head: root,
            firstBad: firstBad,
            reason: reason
        )
    }

    private func misplacement(_ header: borrowing FrameHeader) -> String? {
        if header.firstSequence != nextSequence {
            return "sequence \(nextSequence) is expected here, \(header.firstSequence) is found"
        }
        if header.rootBefore != root {
            return "the frame does not follow from those before it: its root before is another one"
        }
        if header.epoch < epoch {
            return "the frame is of epoch \(header.epoch), after one of epoch \(epoch)"
        }
        return nil
    }
}
