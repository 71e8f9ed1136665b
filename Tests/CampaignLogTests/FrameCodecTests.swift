import Crypto
import Testing

@testable import CampaignLog

@Suite("A frame's bytes")
struct FrameCodecTests {
    private let hash = MerkleRoot(bytes: (0..<32).map { UInt8($0) })

    private func header(payload: [UInt8], sequence: UInt64 = 0x0102_0304_0506_0708) throws -> FrameHeader {
        FrameHeader(
            draft: FrameDraft(job: 0xAABB_CCDD, time: -5, count: 77, payload: payload),
            epoch: 0x1122_3344_5566_7788,
            firstSequence: sequence,
            hashBefore: try #require(hash)
        )
    }

    private func decode(_ bytes: [UInt8], at sequence: UInt64) throws(LogError) -> FrameHeader {
        try unsafe FrameCodec.decode(bytes.span.bytes, storedAt: sequence)
    }

    @Test("come back as they went", arguments: [0, 1, 31, 32, 33, 942, 943, 944, 1_023, 1_024, 5_000])
    func roundTrip(size: Int) throws {
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let header = try header(payload: payload)
        let bytes = FrameCodec.encode(header, payload: payload)
        #expect(bytes.count == FrameHeader.sizeBytes + size)
        var decoded = try decode(bytes, at: header.firstSequence)
        // Hashed as it lies in the log, and as what a scan hands out: the same, and what RFC 9162 says.
        let whole = unsafe MerkleHash.leaf(bytes.span.bytes)
        let pieces = unsafe MerkleHash.leaf(decoded, payload: payload.span.bytes)
        #expect(whole == pieces && whole.bytes == [UInt8](SHA256.hash(data: [0] + bytes)))
        decoded.checksum = 0
        #expect(decoded == header)
        #expect([UInt8](bytes.dropFirst(FrameHeader.sizeBytes)) == payload)
    }

    @Test("lie where the format says")
    func layout() throws {
        let header = try header(payload: [0xEE])
        let bytes = FrameCodec.encode(header, payload: [0xEE])
        #expect(
            [UInt8](bytes[8..<48]) == [
                1, 0, 0, 0, 0xDD, 0xCC, 0xBB, 0xAA,
                0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
                8, 7, 6, 5, 4, 3, 2, 1,
                0xFB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                77, 0, 0, 0, 1, 0, 0, 0,
            ])
        #expect([UInt8](bytes[48..<80]) == hash?.bytes)
        #expect(bytes[80] == 0xEE)
    }

    @Test("betray every change of a single byte, and every cut")
    func corruption() throws {
        let payload = (0..<40).map { UInt8($0) }
        let header = try header(payload: payload)
        let good = FrameCodec.encode(header, payload: payload)
        for index in good.indices {
            for mask in 1...UInt8.max {
                var bad = good
                bad[index] ^= mask
                #expect(throws: LogError.self) { try decode(bad, at: header.firstSequence) }
            }
        }
        for length in 0..<good.count {
            #expect(throws: LogError.self) { try decode([UInt8](good.prefix(length)), at: header.firstSequence) }
        }
        #expect(throws: LogError.self) { try decode(good + [0], at: header.firstSequence) }
        #expect(throws: LogError.self) { try decode(good, at: header.firstSequence + 1) }
    }

    @Test("with a right checksum but senseless fields are refused")
    func senseless() throws {
        let header = try header(payload: [], sequence: .max)
        #expect(throws: LogError.self) { try decode(FrameCodec.encode(header, payload: []), at: .max) }
        var empty = try self.header(payload: [])
        empty.count = 0
        #expect(throws: LogError.self) { try decode(FrameCodec.encode(empty, payload: []), at: empty.firstSequence) }
        var long = try self.header(payload: [])
        long.payloadSizeBytes = Int(UInt32.max)
        #expect(throws: LogError.self) { try decode(FrameCodec.encode(long, payload: []), at: long.firstSequence) }
    }

    @Test("of a newer format are refused as newer, not as damaged")
    func newerFormat() throws {
        var header = try header(payload: [])
        header.formatVersion = 2
        let bytes = FrameCodec.encode(header, payload: [])
        #expect(throws: LogError.newerFormat(found: 2, supported: 1)) {
            try decode(bytes, at: header.firstSequence)
        }
    }

    @Test("of a head record come back, and betray every change of a single byte")
    func headRecord() throws {
        var record = HeadRecord(host: .current(), inode: 12)
        for index in 0..<7 {
            let draft = FrameDraft(job: 1, time: 0, count: 2, payload: [UInt8(index)])
            let header = FrameHeader(
                draft: draft, epoch: 3, firstSequence: record.nextSequence, hashBefore: record.newestHash)
            record.append(header, leaf: MerkleHash.empty)
        }
        let bytes = record.encode()
        #expect(try unsafe HeadRecord(decoding: bytes.span.bytes) == record)
        for index in bytes.indices {
            var bad = bytes
            bad[index] ^= 0x10
            #expect(throws: LogError.self) { try unsafe HeadRecord(decoding: bad.span.bytes) }
        }
        for length in bytes.indices {
            let bad = [UInt8](bytes.prefix(length))
            #expect(throws: LogError.self) { try unsafe HeadRecord(decoding: bad.span.bytes) }
        }
    }
}
