internal import Crypto

/// The hashes of RFC 9162 section 2.1.1: a leaf begins with 0x00, an inner node with 0x01.
enum MerkleHash {
    /// The root of no frames at all: SHA-256 of nothing.
    static let empty = finish(SHA256())

    /// The leaf of a whole frame, which is also what the next frame calls the hash of the frame before.
    static func leaf(_ frame: RawSpan) -> MerkleRoot {
        unsafe withUnsafeTemporaryAllocation(byteCount: firstPieceSizeBytes, alignment: 8) { piece in
            unsafe piece[0] = 0
            return unsafe leaf(piece, begun: 1, frame)
        }
    }

    /// The leaf of a frame whose header has been decoded.
    static func leaf(_ header: borrowing FrameHeader, payload: RawSpan) -> MerkleRoot {
        let header = copy header
        return unsafe withUnsafeTemporaryAllocation(byteCount: firstPieceSizeBytes, alignment: 8) { piece in
            unsafe piece[0] = 0
            unsafe FrameCodec.write(header, to: UnsafeMutableRawBufferPointer(rebasing: piece[1...]))
            return unsafe leaf(piece, begun: 1 + FrameHeader.sizeBytes, payload)
        }
    }

    /// Whole blocks of SHA-256, and more than a frame usually has.
    private static let firstPieceSizeBytes = 1024

    /// Hashes the first bytes of `piece` and then `rest`. A copy costs less than a second call of the hash function.
    private static func leaf(_ piece: UnsafeMutableRawBufferPointer, begun: Int, _ rest: RawSpan) -> MerkleRoot {
        var hasher = SHA256()
        unsafe rest.withUnsafeBytes { rest in
            let copied = min(rest.count, piece.count - begun)
            let place = unsafe UnsafeMutableRawBufferPointer(rebasing: piece[begun...])
            unsafe place.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<copied]))
            unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: piece[..<(begun + copied)]))
            guard copied < rest.count else { return }
            unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: rest[copied...]))
        }
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
