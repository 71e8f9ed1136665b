internal import CampaignLMDB

extension HeadRecord {
    /// - Throws: `corrupted` when it is missing or damaged, `newerFormat`.
    init(storedIn transaction: borrowing WriteTransaction, _ databases: JournalDatabases) throws {
        guard let bytes = try transaction.value(in: databases.main, for: .bytes(Self.key)) else {
            throw Self.damaged
        }
        try self.init(decoding: bytes)
    }

    /// - Throws: `corrupted` when it is missing or damaged, `newerFormat`.
    init(storedIn transaction: borrowing ReadTransaction, _ databases: JournalDatabases) throws {
        guard let bytes = try transaction.value(in: databases.main, for: .bytes(Self.key)) else {
            throw Self.damaged
        }
        try self.init(decoding: bytes)
    }

    /// Whether the record fits the newest frame. Cheap: does not read the others.
    func agrees(with transaction: borrowing WriteTransaction, _ databases: JournalDatabases) throws -> Bool {
        guard try transaction.statistics(of: databases.events).entries == Int(clamping: tree.count) else {
            return false
        }
        var cursor = try transaction.cursor(in: databases.events)
        guard try cursor.last() else { return nextSequence == 1 && newestHash == MerkleHash.empty }
        guard case .integer(let sequence) = try cursor.key() else { return false }
        let header = try FrameCodec.decode(cursor.value, storedAt: sequence)
        return header.nextSequence == nextSequence && header.epoch == epoch
            && MerkleHash.leaf(cursor.value) == newestHash
    }

    /// Recomputes everything that follows from the frames.
    /// - Throws: `corrupted` at the first frame that is damaged or out of place.
    mutating func rebuild(from transaction: borrowing WriteTransaction, _ databases: JournalDatabases) throws {
        nextSequence = 1
        epoch = 0
        tree = MerkleAccumulator()
        newestHash = MerkleHash.empty
        var cursor = try transaction.cursor(in: databases.events)
        var found = try cursor.first()
        while found {
            guard case .integer(let sequence) = try cursor.key() else { throw Self.damaged }
            let header = try FrameCodec.decode(cursor.value, storedAt: sequence)
            if let reason = head.misplacement(of: header) {
                throw LogError.corrupted(sequence: min(sequence, nextSequence), reason: reason)
            }
            append(header, leaf: MerkleHash.leaf(cursor.value))
            found = try cursor.next()
        }
    }

    func ownerDescription(currentInode: UInt64) -> String {
        let owner = HostIdentity(id: Hexadecimal.encode(hostID), name: hostName, bootID: "").description
        return inode == currentInode ? owner : owner + ", of which this is a copy"
    }
}

extension WriteTransaction {
    mutating func put(_ record: HeadRecord, _ databases: JournalDatabases) throws {
        let bytes = record.encode()
        try unsafe put(bytes.span.bytes, in: databases.main, for: .bytes(HeadRecord.key))
    }
}
