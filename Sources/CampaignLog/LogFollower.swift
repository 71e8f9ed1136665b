/// Reads a log as it grows, also while an engine in another process writes it. Polls: the caller decides how often.
package struct LogFollower {
    private let store: any EventStore
    /// The next sequence that has not been delivered.
    package private(set) var nextSequence: UInt64

    /// - Parameter sequence: where to begin; the frame that holds it is the first to be delivered.
    package init(store: any EventStore, from sequence: UInt64) {
        self.store = store
        nextSequence = max(1, sequence)
    }

    /// Delivers the frames that were added since the last poll, until `body` returns false. A frame for which
    /// `body` returns counts as delivered; one for which it throws is delivered again.
    /// - Returns: whether there was any.
    package mutating func poll(_ body: (borrowing FrameHeader, RawSpan) throws -> Bool) throws -> Bool {
        guard try store.head.nextSequence > nextSequence else { return false }
        var next = nextSequence
        defer { nextSequence = next }
        try store.scan(from: nextSequence) { header, payload in
            let goesOn = try body(header, payload)
            next = header.nextSequence
            return goesOn
        }
        return next > nextSequence
    }
}
