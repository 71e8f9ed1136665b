internal import Crypto

/// The hashes of RFC 9162 section 2.1.1: a leaf begins with 0x00, an inner node with 0x01.
enum MerkleHash {
    /// The root of no frames at all: SHA-256 of nothing.
    static let empty = finish(SHA256())

    /// The leaf of a whole frame, which is also what the next frame calls the hash of the frame before.
    static func leaf(_ frame: RawSpan) -> MerkleRoot {
        unsafe frame.withUnsafeBytes { frame in
            unsafe withUnsafeTemporaryAllocation(byteCount: firstPieceSizeBytes, alignment: 8) { piece in
                // A copy costs less than a second call of the hash function.
                let copied = min(frame.count, firstPieceSizeBytes - 1)
                unsafe piece[0] = 0
                let place = unsafe UnsafeMutableRawBufferPointer(rebasing: piece[1...])
                unsafe place.copyMemory(from: UnsafeRawBufferPointer(rebasing: frame[..<copied]))
                var hasher = SHA256()
                unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: piece[..<(1 + copied)]))
                if copied < frame.count {
                    unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: frame[copied...]))
                }
                return finish(hasher)
            }
        }
    }

    /// Whole blocks of SHA-256, and more than a frame usually has.
    private static let firstPieceSizeBytes = 1024

    /// The leaf of a frame whose header has been decoded.
    static func leaf(_ header: borrowing FrameHeader, payload: RawSpan) -> MerkleRoot {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(leafSizeBytes(payload: payload))
        appendLeaf(copy header, payload: payload, to: &bytes)
        return unsafe bytes.withUnsafeBytes { unsafe hash($0) }
    }

    /// What is hashed of a frame whose header has been decoded.
    static func appendLeaf(_ header: FrameHeader, payload: RawSpan, to bytes: inout [UInt8]) {
        unsafe withUnsafeTemporaryAllocation(byteCount: 1 + FrameHeader.sizeBytes, alignment: 8) { start in
            unsafe start[0] = 0
            unsafe FrameCodec.write(header, to: UnsafeMutableRawBufferPointer(rebasing: start[1...]))
            unsafe bytes.append(contentsOf: start)
        }
        unsafe payload.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    static func leafSizeBytes(payload: RawSpan) -> Int { 1 + FrameHeader.sizeBytes + payload.byteCount }

    /// SHA-256 of bytes that begin with what they are, a leaf's or a node's.
    static func hash(_ bytes: UnsafeRawBufferPointer) -> MerkleRoot {
        var hasher = SHA256()
        unsafe hasher.update(bufferPointer: bytes)
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
