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
    ///   history was rewritten. Then the root is computed after each frame: slower.
    /// - Throws: errors of the store other than damage.
    package static func verify(_ store: any EventStore, expectedHead: MerkleRoot? = nil) throws -> VerifyReport {
        var walk = Walk(expectedRoot: expectedHead)
        var reason: String?
        do {
            let stored = try store.head
            var atHead = LogHead.ofNothing
            do {
                try store.scan(from: 1) { header, payload in
                    try walk.take(header, payload)
                    if header.nextSequence == stored.nextSequence { atHead = try walk.settled() }
                    return true
                }
            } catch LogError.corrupted(let sequence, let reason) {
                // What was read before it and is bad as well comes first.
                _ = try walk.settled()
                throw LogError.corrupted(sequence: sequence, reason: reason)
            }
            let end = try walk.settled()
            // An engine may have appended frames meanwhile; then the head has moved as well.
            let isStale = end.nextSequence > stored.nextSequence
            reason =
                try (isStale ? atHead : end).disagreement(with: stored)
                ?? (isStale && store.head.nextSequence < end.nextSequence ? end.disagreement(with: stored) : nil)
        } catch LogError.corrupted(let sequence, let reason) {
            return walk.report(firstBad: sequence, reason: reason)
        }
        if let reason {
            return walk.report(firstBad: walk.head.nextSequence, reason: reason)
        }
        if expectedHead != nil, !walk.hasMetExpectedRoot {
            return walk.report(firstBad: nil, reason: "the log never had the expected head: its history was rewritten")
        }
        return walk.report(firstBad: nil, reason: nil)
    }
}

extension LogHead {
    /// Why the stored head is not this one, which was recomputed from the frames.
    fileprivate func disagreement(with stored: LogHead) -> String? {
        if stored.nextSequence != nextSequence || stored.frames != frames {
            return "the head says \(stored.frames) frames up to \(stored.nextSequence), there are \(frames) "
                + "up to \(nextSequence)"
        }
        if stored.tree != tree { return "the head's root is not that of the frames" }
        if stored.newestHash != newestHash { return "the head names another newest frame than the log's" }
        if stored.epoch != epoch { return "the head's epoch is \(stored.epoch), the newest frame's \(epoch)" }
        return nil
    }
}
