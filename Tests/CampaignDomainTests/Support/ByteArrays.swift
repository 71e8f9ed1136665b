@testable import CampaignDomain

/// The domain borrows spans of the journal's memory; the tests hold arrays.
extension JobState {
    init(firstFrame payload: [UInt8], _ context: FrameContext) throws(FoldFailure) {
        try unsafe self.init(firstFrame: payload.span.bytes, context)
    }

    mutating func fold(_ payload: [UInt8], _ context: FrameContext) throws(FoldFailure) {
        try unsafe fold(payload.span.bytes, context)
    }

    init(encoded bytes: [UInt8]) throws(CodecError) {
        try unsafe self.init(encoded: bytes.span.bytes)
    }
}

extension EventCursor {
    static func events(_ payload: [UInt8], count: UInt32) throws(CodecError) -> [Event] {
        try unsafe events(payload.span.bytes, count: count)
    }
}

extension LawAuditor {
    mutating func frame(_ payload: [UInt8], _ context: FrameContext) {
        unsafe frame(payload.span.bytes, context)
    }
}

extension ByteReader {
    mutating func varint(_ bytes: [UInt8]) throws(CodecError) -> UInt64 { try unsafe varint(bytes.span.bytes) }
    mutating func zigzag(_ bytes: [UInt8]) throws(CodecError) -> Int64 { try unsafe zigzag(bytes.span.bytes) }
    mutating func string(_ bytes: [UInt8]) throws(CodecError) -> String { try unsafe string(bytes.span.bytes) }
    mutating func range(_ bytes: [UInt8]) throws(CodecError) -> Range<Int> { try unsafe range(bytes.span.bytes) }
}
