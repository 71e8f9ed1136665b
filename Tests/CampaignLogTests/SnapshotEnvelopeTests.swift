import CampaignLog
import Testing

@Suite("A snapshot's envelope")
struct SnapshotEnvelopeTests {
    @Test("comes back as it went, and is nil when any byte has changed")
    func roundTrip() {
        let envelope = SnapshotEnvelope(version: 3, sequence: 1 << 40, payload: [1, 2, 3, 4, 5])
        let bytes = envelope.encode()
        #expect(SnapshotEnvelope.decode(bytes) == envelope)
        for index in bytes.indices {
            var bad = bytes
            bad[index] ^= 0x40
            #expect(SnapshotEnvelope.decode(bad) == nil)
            #expect(SnapshotEnvelope.decode([UInt8](bytes.prefix(index))) == nil)
        }
    }
}
