import Glibc

/// Why a list could not be read at all. Single bad rows are `BadRow`s.
package enum ListError: Error, Hashable, Sendable {
    /// A system call on a list or on a temporary file failed.
    case system(file: String, operation: String, errno: Int32)
    /// The header, or the first line of a JSON Lines file, does not name the columns.
    case badHeader(BadRow)
    /// The file's name ends in none of the known extensions and no format was given.
    case unknownFormat(file: String)
    /// The files of one import must have the same columns.
    case columnsDiffer(file: String, missing: [String], unknown: [String])
    /// A job counts its recipients in 32 bits.
    case tooManyRows(file: String)

    /// Whether the same call may succeed later, with nothing about the list changed. A missing or forbidden file is
    /// the caller's mistake, bad content the list's.
    package var isRecoverable: Bool {
        guard case .system(_, _, let code) = self else { return false }
        return ![ENOENT, EACCES, EPERM, EISDIR, ENOTDIR, ENAMETOOLONG, ELOOP].contains(code)
    }
}

extension ListError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .system(let file, let operation, let code):
            return "\(file): cannot \(operation): \(unsafe String(cString: strerror(code)))"
        case .badHeader(let row):
            return row.description
        case .unknownFormat(let file):
            return "\(file): the format is unknown; the name should end in .csv, .tsv, .jsonl, .ndjson or .txt"
        case .columnsDiffer(let file, let missing, let unknown):
            let parts =
                (missing.isEmpty ? [] : ["misses " + Self.quoted(missing)])
                + (unknown.isEmpty ? [] : ["has " + Self.quoted(unknown) + " besides"])
            return "\(file): the columns differ from the first list's: this one \(parts.joined(separator: " and "))"
        case .tooManyRows(let file):
            return "\(file): more than \(UInt32.max - 1) rows"
        }
    }

    private static func quoted(_ names: [String]) -> String {
        names.map { "“\($0)”" }.joined(separator: ", ")
    }
}
