internal import Crypto

/// The hashes of RFC 9162 section 2.1.1: a leaf begins with 0x00, an inner node with 0x01.
enum MerkleHash {
    /// The root of no frames at all: SHA-256 of nothing.
    static let empty = finish(SHA256())

    static func leaf(_ frame: RawSpan) -> MerkleRoot {
        var hasher = SHA256()
        update(&hasher, prefix: 0)
        update(&hasher, frame)
        return finish(hasher)
    }

    /// The leaf of a frame that lies in two pieces.
    static func leaf(header: RawSpan, payload: RawSpan) -> MerkleRoot {
        var hasher = SHA256()
        update(&hasher, prefix: 0)
        update(&hasher, header)
        update(&hasher, payload)
        return finish(hasher)
    }

    static func node(_ left: MerkleRoot, _ right: MerkleRoot) -> MerkleRoot {
        var hasher = SHA256()
        update(&hasher, prefix: 1)
        unsafe left.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
        unsafe right.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
        return finish(hasher)
    }

    private static func update(_ hasher: inout SHA256, prefix: UInt8) {
        unsafe withUnsafeBytes(of: prefix) { unsafe hasher.update(bufferPointer: $0) }
    }

    private static func update(_ hasher: inout SHA256, _ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
    }

    private static func finish(_ hasher: SHA256) -> MerkleRoot {
        unsafe hasher.finalize().withUnsafeBytes { bytes in
            unsafe MerkleRoot(at: 0, in: RawSpan(_unsafeBytes: bytes))
        }
    }
}
