@testable import CampaignLog

/// A log whose frames and head can be made to say anything, with checksums that are right.
final class CraftedLog: EventStore {
    struct Frame {
        var header: FrameHeader
        var payload: [UInt8]
        /// Its checksum is wrong.
        var isDamaged = false

        var bytes: [UInt8] {
            var bytes = FrameCodec.encode(header, payload: payload)
            if isDamaged { bytes[0] ^= 1 }
            return bytes
        }
        var hash: MerkleRoot { unsafe MerkleHash.leaf(bytes.span.bytes) }
    }

    private let frames: [Frame]
    let head: LogHead

    init(_ frames: [Frame], head: LogHead) {
        self.frames = frames
        self.head = head
    }

    /// A sound log: one or two events in a frame, a new epoch every tenth frame.
    static func frames(_ count: Int, sizeBytes: ((Int) -> Int)? = nil) -> [Frame] {
        var frames: [Frame] = []
        var next: UInt64 = 1
        for index in 0..<count {
            let size = sizeBytes?(index) ?? (index % 7 == 6 ? 1_500 : index % 40)
            let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: size)
            let draft = FrameDraft(job: 1, time: Int64(index), count: UInt32(index % 2 + 1), payload: payload)
            let header = FrameHeader(
                draft: draft, epoch: UInt64(index / 10 + 1), firstSequence: next,
                hashBefore: frames.last?.hash ?? MerkleHash.empty)
            frames.append(Frame(header: header, payload: payload))
            next = header.nextSequence
        }
        return frames
    }

    /// What the head must say of these frames.
    static func head(of frames: [Frame]) -> LogHead {
        var head = LogHead.ofNothing
        for frame in frames {
            head.tree.append(leaf: frame.hash)
            head.newestHash = frame.hash
            head.nextSequence = frame.header.nextSequence
            head.epoch = frame.header.epoch
        }
        return head
    }

    /// Each frame from `index` on is made to follow the one before it again.
    static func chained(_ frames: [Frame], from index: Int) -> [Frame] {
        var frames = frames
        for place in max(index, 1)..<max(index, 1, frames.count) {
            frames[place].header.hashBefore = frames[place - 1].hash
        }
        return frames
    }

    func scan(from sequence: UInt64, _ body: (borrowing FrameHeader, RawSpan) throws -> Bool) throws {
        for frame in frames {
            let bytes = frame.bytes
            let span = unsafe bytes.span.bytes
            let header = try FrameCodec.decode(span, storedAt: frame.header.firstSequence)
            guard try body(header, span.extracting(droppingFirst: FrameHeader.sizeBytes)) else { return }
        }
    }

    // Nothing else is asked of it.
    func commit(_ group: CommitGroup) throws(LogError) -> LogHead { head }
    func beginEpoch(_ makeFrame: (UInt64) -> FrameDraft) throws(LogError) -> LogHead { head }
    func scanBackward(from sequence: UInt64?, _ body: (borrowing FrameHeader, RawSpan) throws -> Bool) throws {}
    func value(_ table: Table, _ key: TableKey) throws(LogError) -> [UInt8]? { nil }
    func withValue<Result>(_ table: Table, _ key: TableKey, _ body: (RawSpan?) throws -> Result) throws -> Result {
        try body(nil)
    }
    func scan(_ table: Table, from: TableKey?, _ body: (TableKey, RawSpan) throws -> Bool) throws {}
    func lastKey(_ table: Table) throws(LogError) -> TableKey? { nil }
}
