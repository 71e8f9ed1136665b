import Testing

@testable import CampaignLog

/// The store's own formats, byte for byte. The checksums were computed by another program.
@Suite("Golden bytes")
struct GoldenBytesTests {
    private let hash = MerkleRoot(bytes: (0..<32).map { UInt8($0) })
    private let hashHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    @Test("of a frame")
    func frame() throws {
        let golden =
            "655a8a65c1470511" + "0100" + "0000" + "02000000" + "0300000000000000" + "0700000000000000"
            + "0068e5cf8b010000"
            + "03000000" + "05000000" + hashHex + "0102030405"
        let header = FrameHeader(
            draft: FrameDraft(job: 2, time: 1_700_000_000_000, count: 3, payload: [1, 2, 3, 4, 5]), epoch: 3,
            firstSequence: 7, hashBefore: try #require(hash))
        #expect(Hexadecimal.encode(FrameCodec.encode(header, payload: [1, 2, 3, 4, 5])) == golden)
        let bytes = try #require(Hexadecimal.decode(golden))
        var decoded = try unsafe FrameCodec.decode(bytes.span.bytes, storedAt: 7)
        decoded.checksum = 0
        #expect(decoded == header)
    }

    @Test("of a snapshot's envelope")
    func envelope() throws {
        let golden = "87f35665fe745cc2" + "4343534e41505331" + "0900000000000000" + "01000000" + "00000000" + "aabbcc"
        let envelope = SnapshotEnvelope(version: 1, sequence: 9, payload: [0xAA, 0xBB, 0xCC])
        #expect(Hexadecimal.encode(envelope.encode()) == golden)
        #expect(SnapshotEnvelope.decode(try #require(Hexadecimal.decode(golden))) == envelope)
    }

    @Test("of a head record")
    func head() throws {
        let fields =
            "0100" + "0200" + "0600" + "0000" + "0900000000000000" + "0300000000000000" + "0200000000000000"
            + "0500000000000000" + "6712000000000000"
        let identity = String(repeating: "4a", count: 16) + String(repeating: "48", count: 16)
        let peaks = String(repeating: "01", count: 32) + String(repeating: "02", count: 32)
        let golden = "5635048ae1927a29" + fields + hashHex + identity + peaks + "6d61696c2d31"
        let bytes = try #require(Hexadecimal.decode(golden))
        let record = try unsafe HeadRecord(decoding: bytes.span.bytes)
        #expect(record.nextSequence == 9 && record.tree.count == 3 && record.epoch == 2 && record.commits == 5)
        #expect(record.inode == 4711 && record.newestHash == hash && record.hostName == "mail-1")
        #expect(record.journalID == [UInt8](repeating: 0x4A, count: 16))
        #expect(record.hostID == [UInt8](repeating: 0x48, count: 16))
        #expect(record.tree.peaks.map { $0.bytes[0] } == [1, 2])
        #expect(Hexadecimal.encode(record.encode()) == golden)
    }
}
