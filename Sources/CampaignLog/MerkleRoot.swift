/// A SHA-256 hash: the root over all frames so far, or one node of that tree.
package struct MerkleRoot: Hashable, Sendable {
    /// 32 bytes in the order in which they are written, eight in each word as they lie in memory.
    private var words: (UInt64, UInt64, UInt64, UInt64)

    package static let sizeBytes = 32

    /// - Precondition: none; nil unless `bytes` holds exactly 32.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.sizeBytes else { return nil }
        unsafe self.init(at: 0, in: bytes.span.bytes)
    }

    /// Reads 32 bytes at `offset`, which the caller has checked to be there.
    init(at offset: Int, in bytes: RawSpan) {
        unsafe words = (
            bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self),
            bytes.unsafeLoadUnaligned(fromByteOffset: offset + 8, as: UInt64.self),
            bytes.unsafeLoadUnaligned(fromByteOffset: offset + 16, as: UInt64.self),
            bytes.unsafeLoadUnaligned(fromByteOffset: offset + 24, as: UInt64.self)
        )
    }

    package var bytes: [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        unsafe Swift.withUnsafeBytes(of: words) { unsafe body($0) }
    }

    package static func == (left: MerkleRoot, right: MerkleRoot) -> Bool {
        left.words == right.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}

extension MerkleRoot: CustomStringConvertible {
    /// Nil unless `hex` is 64 hexadecimal digits of either case.
    package init?(hex: String) {
        guard let bytes = Hexadecimal.decode(hex) else { return nil }
        self.init(bytes: bytes)
    }

    /// 64 lower-case hexadecimal digits.
    package var description: String {
        Hexadecimal.encode(bytes)
    }
}
