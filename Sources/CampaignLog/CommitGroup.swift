package struct TablePut: Sendable, Equatable {
    package var table: Table
    package var key: TableKey
    package var value: [UInt8]
    /// A hint that the key comes after all others: faster, and fills pages whole. Any key is stored rightly.
    package var appending: Bool

    package init(table: Table, key: TableKey, value: [UInt8], appending: Bool = false) {
        self.table = table
        self.key = key
        self.value = value
        self.appending = appending
    }
}

package struct TableDelete: Sendable, Equatable {
    package var table: Table
    package var key: TableKey

    package init(table: Table, key: TableKey) {
        self.table = table
        self.key = key
    }
}

package struct TableDeleteRange: Sendable, Equatable {
    package var table: Table
    package var keys: ClosedRange<UInt64>

    package init(table: Table, keys: ClosedRange<UInt64>) {
        self.table = table
        self.keys = keys
    }
}

/// One atomic, durable transaction: all of it is stored or nothing.
///
/// Order of effect: ranges are deleted, then single keys, then values are put, then frames appended; so a put
/// survives a deletion of its key in the same group.
package struct CommitGroup: Sendable, Equatable {
    package var frames: [FrameDraft]
    package var puts: [TablePut]
    package var deletes: [TableDelete]
    package var deleteRanges: [TableDeleteRange]

    package init(
        frames: [FrameDraft] = [],
        puts: [TablePut] = [],
        deletes: [TableDelete] = [],
        deleteRanges: [TableDeleteRange] = []
    ) {
        self.frames = frames
        self.puts = puts
        self.deletes = deletes
        self.deleteRanges = deleteRanges
    }

    /// - Throws: `invalid` for a frame without events or too long, or a key that its table cannot have.
    func check() throws(LogError) {
        for frame in frames {
            guard frame.count > 0 else { throw .invalid("a frame has no events") }
            guard frame.payload.count <= FrameDraft.payloadSizeMaxBytes else {
                throw .invalid("a frame has \(frame.payload.count) bytes of \(FrameDraft.payloadSizeMaxBytes) at most")
            }
        }
        for put in puts {
            try put.key.check(for: put.table)
            guard put.value.count <= Int(UInt32.max) else { throw .invalid("a value is larger than 4 GiB") }
        }
        for delete in deletes { try delete.key.check(for: delete.table) }
        for range in deleteRanges where range.table.hasByteKeys {
            throw .invalid("table \(range.table.name) has no ranges of numbers")
        }
    }

    /// Whether only requests to the engine are touched.
    var isControlOnly: Bool {
        frames.isEmpty && puts.allSatisfy { $0.table == .control }
            && deletes.allSatisfy { $0.table == .control } && deleteRanges.allSatisfy { $0.table == .control }
    }
}
