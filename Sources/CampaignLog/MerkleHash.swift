internal import Crypto

/// The hashes of RFC 9162 section 2.1.1: a leaf begins with 0x00, an inner node with 0x01.
enum MerkleHash {
    /// The root of no frames at all: SHA-256 of nothing.
    static let empty = finish(SHA256())

    static func leaf(_ frame: RawSpan) -> MerkleRoot {
        leaf(header: frame.extracting(first: 0), payload: frame)
    }

    /// The leaf of a frame that lies in two pieces; the first is short.
    static func leaf(header: RawSpan, payload: RawSpan) -> MerkleRoot {
        var hasher = SHA256()
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 + header.byteCount, alignment: 1) { bytes in
            unsafe bytes[0] = 0
            unsafe header.withUnsafeBytes { header in
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[1...]).copyMemory(from: header)
            }
            unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(bytes))
        }
        unsafe payload.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
        return finish(hasher)
    }

    /// All of it in one piece: of what a small hash costs, most is the calls.
    static func node(_ left: MerkleRoot, _ right: MerkleRoot) -> MerkleRoot {
        var hasher = SHA256()
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 + 2 * MerkleRoot.sizeBytes, alignment: 1) { bytes in
            unsafe bytes[0] = 1
            unsafe left.withUnsafeBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[1...]).copyMemory(from: $0)
            }
            unsafe right.withUnsafeBytes {
                let place = unsafe bytes[(1 + MerkleRoot.sizeBytes)...]
                unsafe UnsafeMutableRawBufferPointer(rebasing: place).copyMemory(from: $0)
            }
            unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(bytes))
        }
        return finish(hasher)
    }

    private static func finish(_ hasher: SHA256) -> MerkleRoot {
        unsafe hasher.finalize().withUnsafeBytes { bytes in
            unsafe MerkleRoot(at: 0, in: RawSpan(_unsafeBytes: bytes))
        }
    }
}
