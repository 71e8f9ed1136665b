import CampaignLog

/// A frame decodes to what encodes to the same bytes, or is refused; a damaged one is refused.
enum FrameProperty {
    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        // As found, with a checksum that no search will hit.
        let sequence = input.number(at: 24)
        let damaged = decode(input, sequence)
        var frame = input
        if frame.count >= 8 { unsafe frame.overwrite(XXH64.hash(frame.span.bytes.extracting(droppingFirst: 8)), at: 0) }
        if case .success = damaged { try require(frame == input, "a frame with a wrong checksum was accepted") }

        guard case .success(let header) = decode(frame, sequence) else { return }
        let payload = Array(frame[FrameHeader.sizeBytes...])
        try require(header.payloadSizeBytes == payload.count, "the payload's length is not the frame's")
        try require(header.count > 0 && header.nextSequence > header.firstSequence, "a frame without events")
        try require(FrameCodec.encode(header, payload: payload) == frame, "other bytes when encoded again")
        if case .success = decode(frame, sequence &+ 1) {
            throw BrokenProperty(description: "a frame was accepted in another one's place")
        }
    }

    private static func decode(_ frame: [UInt8], _ sequence: UInt64) -> Result<FrameHeader, LogError> {
        do throws(LogError) {
            return .success(try unsafe FrameCodec.decode(frame.span.bytes, storedAt: sequence))
        } catch {
            return .failure(error)
        }
    }
}
