#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// Wraps a folded state for `Table.snapshots`: a cache, so damage means nil and a fold from the start.
package struct SnapshotEnvelope: Sendable, Equatable {
    /// The version of the payload's own format.
    package var version: UInt32
    /// The newest sequence that the state takes account of.
    package var sequence: UInt64
    package var payload: [UInt8]

    package static let headerSizeBytes = 32
    private static let magic: UInt64 = 0x3153_5041_4E53_4343  // "CCSNAPS1"

    package init(version: UInt32, sequence: UInt64, payload: [UInt8]) {
        self.version = version
        self.sequence = sequence
        self.payload = payload
    }

    /// Little-endian: XXH64 of the rest, magic, sequence, version, zero, payload.
    package func encode() -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(Self.headerSizeBytes + payload.count)
        body.append(littleEndian: UInt64(0))
        body.append(littleEndian: Self.magic)
        body.append(littleEndian: sequence)
        body.append(littleEndian: version)
        body.append(littleEndian: UInt32(0))
        body += payload
        let checksum = unsafe XXH64.hash(body.span.bytes.extracting(droppingFirst: 8))
        for index in 0..<8 { body[index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt64(index))) }
        return body
    }

    /// Nil when the bytes are damaged, cut off or something else.
    package static func decode(_ bytes: RawSpan) -> SnapshotEnvelope? {
        #if CAMPAIGN_MUTANTS
        if Mutant.snapshotNotChecked.isPlanted, bytes.byteCount >= headerSizeBytes {
            return SnapshotEnvelope(
                version: bytes.integer(at: 24, as: UInt32.self), sequence: bytes.integer(at: 16, as: UInt64.self),
                payload: bytes.extracting(droppingFirst: headerSizeBytes).copied())
        }
        #endif
        guard bytes.byteCount >= headerSizeBytes,
            bytes.integer(at: 0, as: UInt64.self) == XXH64.hash(bytes.extracting(droppingFirst: 8)),
            bytes.integer(at: 8, as: UInt64.self) == magic
        else { return nil }
        return SnapshotEnvelope(
            version: bytes.integer(at: 24, as: UInt32.self),
            sequence: bytes.integer(at: 16, as: UInt64.self),
            payload: bytes.extracting(droppingFirst: headerSizeBytes).copied()
        )
    }

    package static func decode(_ bytes: [UInt8]) -> SnapshotEnvelope? {
        unsafe decode(bytes.span.bytes)
    }
}
