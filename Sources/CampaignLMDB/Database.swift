/// A named database inside an environment, or the unnamed main one.
package struct Database: Sendable {
    package enum KeyKind: Sendable {
        /// `UInt64` in the machine's own byte order, sorted by value (`MDB_INTEGERKEY`).
        case integer
        /// 1 to 511 bytes, sorted lexicographically.
        case bytes
    }

    let handle: UInt32
    package let name: String?
    package let keyKind: KeyKind

    /// The longest key, in bytes.
    package static let keySizeMaxBytes = 511
}

/// A key on its way to LMDB.
package enum DatabaseKey: Sendable {
    case integer(UInt64)
    case bytes([UInt8])
}
