/// Why the log could not be opened, read or written.
package enum LogError: Error, Equatable, Sendable {
    /// A newer engine has begun; this one must stop.
    case fenced(stored: UInt64, own: UInt64)
    /// Another engine runs on the journal.
    case locked(holder: LockHolder?)
    /// The journal was made on another host, or is a copy; it has to be adopted explicitly.
    case foreignHost(recorded: String, current: String)
    /// The journal was written by a newer version of this program.
    case newerFormat(found: Int, supported: Int)
    /// The bytes are not what was written; `sequence` is the first bad place where one can be named.
    case corrupted(sequence: UInt64?, reason: String)
    /// The disk or the quota is full. Nothing was stored; the store stays usable.
    case noSpace(String)
    /// The map is full and could not grow. Nothing was stored; the store stays usable.
    case mapFull(String)
    /// Reading or writing failed. Nothing was stored; the store stays usable.
    case inputOutput(String)
    /// A commit failed and nobody can tell yet whether it was stored. Committing the same group again settles it.
    case inDoubt(String)
    case journalMissing(directory: String)
    case networkFileSystem(String)
    /// This process has the journal open already.
    case alreadyOpen(directory: String)
    /// The store was opened before a `fork`.
    case forked
    case accessDenied(String)
    /// The store was opened in a mode that does not allow this.
    case notPermitted(String)
    /// The caller asked for something that cannot be stored.
    case invalid(String)
    case store(code: Int32, message: String)

    /// Whether the same call may succeed later, once someone has made room or the device has recovered.
    package var isRetryable: Bool {
        switch self {
        case .noSpace, .mapFull, .inputOutput, .inDoubt: true
        default: false
        }
    }
}

extension LogError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fenced(let stored, let own):
            "a newer engine (epoch \(stored)) has taken over from this one (epoch \(own))"
        case .locked(let holder?):
            "the journal is in use by \(holder)"
        case .locked(nil):
            "the journal is in use by another engine"
        case .foreignHost(let recorded, let current):
            "the journal belongs to \(recorded), this is \(current); adopt it if the other engine will not run again"
        case .newerFormat(let found, let supported):
            "the journal has format \(found), this program knows \(supported) at most; update the program"
        case .corrupted(let sequence?, let reason):
            "the log is damaged at sequence \(sequence): \(reason)"
        case .corrupted(nil, let reason):
            "the journal is damaged: \(reason)"
        case .noSpace(let message): "no space left: \(message)"
        case .mapFull(let message): "the journal's map is full: \(message)"
        case .inputOutput(let message): "input/output error: \(message)"
        case .inDoubt(let message): "whether the last commit was stored is not known: \(message)"
        case .journalMissing(let directory): "there is no journal in \(directory)"
        case .networkFileSystem(let message), .accessDenied(let message), .notPermitted(let message),
            .invalid(let message), .store(_, let message):
            message
        case .alreadyOpen(let directory): "this process has the journal \(directory) open already"
        case .forked: "the journal was opened before a fork; open it again"
        }
    }
}
