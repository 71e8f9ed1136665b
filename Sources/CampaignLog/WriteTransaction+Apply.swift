internal import CampaignLMDB

extension WriteTransaction {
    /// Makes all of the group's changes and takes account of its frames in `record`.
    mutating func apply(_ group: CommitGroup, _ databases: JournalDatabases, _ record: inout HeadRecord) throws {
        try applyTables(group, databases)
        for draft in group.frames {
            guard !record.nextSequence.addingReportingOverflow(UInt64(draft.count)).overflow else {
                throw LogError.invalid("the log has no further sequences")
            }
            let header = FrameHeader(
                draft: draft, epoch: record.epoch, firstSequence: record.nextSequence, hashBefore: record.newestHash)
            let leaf = try put(
                byteCount: FrameCodec.sizeBytes(of: draft),
                in: databases.events,
                for: .integer(header.firstSequence),
                flags: .append
            ) { output in
                FrameCodec.encode(header, payload: draft.payload, into: &output)
                return MerkleHash.leaf(output.bytes)
            }
            record.append(header, leaf: leaf)
        }
    }

    mutating func applyTables(_ group: CommitGroup, _ databases: JournalDatabases) throws {
        for range in group.deleteRanges {
            try delete(range.keys, in: databases[range.table])
        }
        for deletion in group.deletes {
            try delete(deletion.key.databaseKey, in: databases[deletion.table])
        }
        for change in group.puts {
            let database = databases[change.table]
            let key = change.key.databaseKey
            if try change.appending && isAfterAll(key, in: database) {
                try unsafe put(change.value.span.bytes, in: database, for: key, flags: .append)
            } else {
                try unsafe put(change.value.span.bytes, in: database, for: key)
            }
        }
    }

    /// Whether `key` comes after every key of the database.
    private func isAfterAll(_ key: DatabaseKey, in database: Database) throws(LMDBError) -> Bool {
        var cursor = try cursor(in: database)
        return try !cursor.seek(key)
    }
}

extension RawSpan {
    func equals(_ other: [UInt8]) -> Bool {
        guard byteCount == other.count else { return false }
        return unsafe withUnsafeBytes { bytes in
            unsafe other.withUnsafeBytes { unsafe $0.elementsEqual(bytes) }
        }
    }
}
