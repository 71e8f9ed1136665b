/// The tables beside the events.
package enum Table: UInt8, CaseIterable, Sendable {
    case jobs
    case recipients
    /// The only one with byte keys: SHA-256 digests of templates and attachments.
    case content
    case snapshots
    /// Requests from other processes to the running engine.
    case control

    var hasByteKeys: Bool { self == .content }

    var name: String {
        switch self {
        case .jobs: "jobs"
        case .recipients: "recipients"
        case .content: "content"
        case .snapshots: "snapshots"
        case .control: "control"
        }
    }
}

/// A key: a number, or in `content` 1 to 511 bytes.
package enum TableKey: Hashable, Sendable, Comparable {
    case number(UInt64)
    case bytes([UInt8])

    /// The order in which a table is scanned: numbers by value, bytes lexicographically.
    package static func < (left: TableKey, right: TableKey) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right
        case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
        case (.number, .bytes): true
        case (.bytes, .number): false
        }
    }

    package static let bytesSizeMax = 511

    /// - Throws: `invalid` when the table has another kind of key, or the key is empty or too long.
    func check(for table: Table) throws(LogError) {
        switch self {
        case .number where !table.hasByteKeys: return
        case .bytes(let bytes) where table.hasByteKeys && (1...Self.bytesSizeMax).contains(bytes.count): return
        default: throw .invalid("a key of table \(table.name) is empty, too long or of the wrong kind")
        }
    }
}
