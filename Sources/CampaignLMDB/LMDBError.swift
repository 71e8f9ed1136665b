internal import CCampaignLMDB
internal import Glibc

/// A failed LMDB operation: the code, the operation that failed and a sentence for a person.
package struct LMDBError: Error, Equatable, CustomStringConvertible {
    /// An LMDB return code, an `errno`, or one of this module's own refusals.
    package struct Code: Equatable, Hashable, Sendable {
        package let rawValue: Int32

        package init(rawValue: Int32) {
            self.rawValue = rawValue
        }
    }

    package let code: Code
    package let operation: String
    package let message: String

    package init(_ code: Code, operation: String, message: String) {
        self.code = code
        self.operation = operation
        self.message = message
    }

    /// An error for a code that LMDB or the system returned.
    init(returned code: Int32, operation: String) {
        let text = unsafe mdb_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        self.init(Code(rawValue: code), operation: operation, message: text)
    }

    package var description: String {
        "\(operation): \(message)"
    }

    package static func ~= (pattern: Code, error: LMDBError) -> Bool {
        error.code == pattern
    }
}

extension LMDBError.Code {
    package static let keyExists = Self(rawValue: MDB_KEYEXIST)
    package static let notFound = Self(rawValue: MDB_NOTFOUND)
    package static let pageNotFound = Self(rawValue: MDB_PAGE_NOTFOUND)
    package static let corrupted = Self(rawValue: MDB_CORRUPTED)
    package static let panic = Self(rawValue: MDB_PANIC)
    package static let versionMismatch = Self(rawValue: MDB_VERSION_MISMATCH)
    package static let invalidFile = Self(rawValue: MDB_INVALID)
    package static let mapFull = Self(rawValue: MDB_MAP_FULL)
    package static let databasesFull = Self(rawValue: MDB_DBS_FULL)
    package static let readersFull = Self(rawValue: MDB_READERS_FULL)
    package static let transactionFull = Self(rawValue: MDB_TXN_FULL)
    package static let mapResized = Self(rawValue: MDB_MAP_RESIZED)
    package static let incompatible = Self(rawValue: MDB_INCOMPATIBLE)
    package static let badTransaction = Self(rawValue: MDB_BAD_TXN)
    package static let badValueSize = Self(rawValue: MDB_BAD_VALSIZE)

    package static let noSpace = Self(rawValue: ENOSPC)
    package static let quotaExceeded = Self(rawValue: EDQUOT)
    package static let inputOutput = Self(rawValue: EIO)
    package static let noEntry = Self(rawValue: ENOENT)
    package static let accessDenied = Self(rawValue: EACCES)
    package static let readOnlyFileSystem = Self(rawValue: EROFS)
    package static let outOfMemory = Self(rawValue: ENOMEM)
    package static let invalidArgument = Self(rawValue: EINVAL)

    /// The environment lies on a network file system.
    package static let networkFileSystem = Self(rawValue: -1_001)
    /// This process has the same environment open already.
    package static let alreadyOpen = Self(rawValue: -1_002)
    /// The environment was opened before a `fork`.
    package static let forked = Self(rawValue: -1_003)
    /// Nothing has been created at this path yet.
    package static let missing = Self(rawValue: -1_004)
    /// The environment has been closed.
    package static let closed = Self(rawValue: -1_005)
    /// Other transactions of this process stayed open for too long.
    package static let busy = Self(rawValue: -1_006)
    /// The data file ends before the pages that its tree uses.
    package static let truncated = Self(rawValue: -1_007)
}

/// Throws unless `code` says success.
@inline(__always)
func check(_ code: Int32, _ operation: @autoclosure () -> String) throws(LMDBError) {
    if code != 0 {
        throw LMDBError(returned: code, operation: operation())
    }
}
