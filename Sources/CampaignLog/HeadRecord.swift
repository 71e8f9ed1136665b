/// The one record in the environment's main database: where the log ends and whom the journal belongs to.
///
/// It lies on a page that every commit writes anyway. All but identity is derived from the frames.
package struct HeadRecord: Equatable, Sendable {
    var nextSequence: UInt64 = 1
    var epoch: UInt64 = 0
    /// Commits of engines so far: tells after a failure whether one was stored.
    var commits: UInt64 = 0
    var tree = MerkleAccumulator()
    /// The hash of the newest frame, which the next one names; of nothing before the first.
    var newestHash = MerkleHash.empty
    /// 16 random bytes, made with the journal.
    var journalID: [UInt8]
    /// 16 bytes of `HostIdentity.id`.
    var hostID: [UInt8]
    var hostName: String
    /// Inode of the data file: a copy has another one.
    var inode: UInt64

    static let key: [UInt8] = Array("head".utf8)
    static let formatVersionSupported: UInt16 = 1

    package var head: LogHead {
        LogHead(nextSequence: nextSequence, tree: tree, newestHash: newestHash, epoch: epoch)
    }

    init(host: HostIdentity, inode: UInt64) {
        var generator = SystemRandomNumberGenerator()
        journalID = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        hostID = Self.bytes(of: host)
        hostName = host.name
        self.inode = inode
    }

    static func bytes(of host: HostIdentity) -> [UInt8] {
        let bytes = Hexadecimal.decode(host.id) ?? []
        return bytes.count == 16 ? bytes : [UInt8](repeating: 0, count: 16)
    }

    func belongs(to host: HostIdentity, inode: UInt64) -> Bool {
        hostID == Self.bytes(of: host) && self.inode == inode
    }

    mutating func adopt(host: HostIdentity, inode: UInt64) {
        hostID = Self.bytes(of: host)
        hostName = host.name
        self.inode = inode
    }

    /// Takes account of a frame that follows all others.
    mutating func append(_ header: FrameHeader, leaf: MerkleRoot) {
        tree.append(leaf: leaf)
        newestHash = leaf
        nextSequence = header.nextSequence
        epoch = max(epoch, header.epoch)
    }
}

// MARK: - Bytes
extension HeadRecord {
    private static let fixedSizeBytes = 120
    private static let hostNameSizeMaxBytes = 255

    /// Little-endian: XXH64 of the rest, version, peaks, length of the name, zero, then the fields in order.
    package func encode() -> [UInt8] {
        let name = hostName.utf8.prefix(Self.hostNameSizeMaxBytes)
        var body: [UInt8] = []
        body.reserveCapacity(Self.fixedSizeBytes + tree.peaks.count * MerkleRoot.sizeBytes + name.count)
        body.append(littleEndian: Self.formatVersionSupported)
        body.append(littleEndian: UInt16(tree.peaks.count))
        body.append(littleEndian: UInt16(name.count))
        body.append(littleEndian: UInt16(0))
        for number in [nextSequence, tree.count, epoch, commits, inode] { body.append(littleEndian: number) }
        body += newestHash.bytes
        body += journalID
        body += hostID
        for peak in tree.peaks { body += peak.bytes }
        body += name
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + body.count)
        bytes.append(littleEndian: XXH64.hash(body))
        bytes += body
        return bytes
    }

    /// - Throws: `corrupted`, or `newerFormat` for an undamaged record of a newer program.
    package init(decoding bytes: RawSpan) throws(LogError) {
        guard bytes.byteCount >= 16,
            XXH64.hash(bytes.extracting(droppingFirst: 8)) == bytes.integer(at: 0, as: UInt64.self)
        else { throw Self.damaged }
        let version = bytes.integer(at: 8, as: UInt16.self)
        guard version <= Self.formatVersionSupported else {
            throw .newerFormat(found: Int(version), supported: Int(Self.formatVersionSupported))
        }
        let peakCount = Int(bytes.integer(at: 10, as: UInt16.self))
        let nameCount = Int(bytes.integer(at: 12, as: UInt16.self))
        let nameOffset = Self.fixedSizeBytes + peakCount * MerkleRoot.sizeBytes
        guard bytes.byteCount == nameOffset + nameCount else { throw Self.damaged }
        let peaks = (0..<peakCount).map {
            MerkleRoot(at: Self.fixedSizeBytes + $0 * MerkleRoot.sizeBytes, in: bytes)
        }
        guard let tree = MerkleAccumulator(count: bytes.integer(at: 24, as: UInt64.self), peaks: peaks) else {
            throw Self.damaged
        }
        self.tree = tree
        nextSequence = bytes.integer(at: 16, as: UInt64.self)
        epoch = bytes.integer(at: 32, as: UInt64.self)
        commits = bytes.integer(at: 40, as: UInt64.self)
        inode = bytes.integer(at: 48, as: UInt64.self)
        newestHash = MerkleRoot(at: 56, in: bytes)
        journalID = bytes.extracting(88..<104).copied()
        hostID = bytes.extracting(104..<120).copied()
        hostName = String(decoding: bytes.extracting(droppingFirst: nameOffset).copied(), as: UTF8.self)
        guard nextSequence > 0 else { throw Self.damaged }
    }

    static let damaged = LogError.corrupted(sequence: nil, reason: "the head record is damaged")
}

extension [UInt8] {
    mutating func append(littleEndian value: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
    }
}

extension RawSpan {
    /// The bytes as an array.
    package func copied() -> [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }
}
