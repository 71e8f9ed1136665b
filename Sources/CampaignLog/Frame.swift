/// All events of one job in one commit, on their way into the log.
package struct FrameDraft: Sendable, Equatable {
    /// The job's number; 0 is the journal itself.
    package var job: UInt32
    /// Milliseconds since 1970-01-01 UTC.
    package var time: Int64
    /// Events in the payload, at least one.
    package var count: UInt32
    package var payload: [UInt8]

    package init(job: UInt32, time: Int64, count: UInt32, payload: [UInt8]) {
        self.job = job
        self.time = time
        self.count = count
        self.payload = payload
    }

    /// The longest payload, in bytes.
    package static let payloadSizeMaxBytes = 64 * 1024 * 1024
}

/// What is stored in front of a frame's payload.
package struct FrameHeader: Sendable, Equatable {
    package var formatVersion: UInt16
    /// Reserved, kept as found.
    package var flags: UInt16
    package var job: UInt32
    package var epoch: UInt64
    package var firstSequence: UInt64
    package var count: UInt32
    /// Milliseconds since 1970-01-01 UTC.
    package var time: Int64
    /// The hash of the frame before this one (`MerkleHash.leaf`), of nothing for the first: the frames are a chain.
    package var hashBefore: MerkleRoot
    package var payloadSizeBytes: Int
    /// XXH64 over everything in the frame behind the checksum itself.
    package var checksum: UInt64

    /// The sequence after this frame's last event. Cannot overflow in a header that was decoded.
    package var nextSequence: UInt64 { firstSequence &+ UInt64(count) }

    /// The newest frame format that this program reads, and the one that it writes.
    package static let formatVersionSupported: UInt16 = 1
    package static let sizeBytes = 80

    package init(draft: FrameDraft, epoch: UInt64, firstSequence: UInt64, hashBefore: MerkleRoot) {
        formatVersion = Self.formatVersionSupported
        flags = 0
        job = draft.job
        self.epoch = epoch
        self.firstSequence = firstSequence
        count = draft.count
        time = draft.time
        self.hashBefore = hashBefore
        payloadSizeBytes = draft.payload.count
        checksum = 0
    }
}
