import CCampaignFileSystem
import CampaignDomain
import CampaignEngine
import CampaignMail
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// The directory's files. Used by the worker's thread alone.
struct DropFolder: ~Copyable {
    enum WriteFailure: Error {
        case rendering(String)
        case folder(EndpointFault)
    }

    private let path: String
    private var directory: Int32 = -1
    private var temporary: Int32 = -1
    private var isMarked = false
    private var message: [UInt8] = []
    private var scratch = RenderScratch()

    /// Says that `tmp/` is the one that messages were written to: in another directory, a missing file proves nothing.
    private static let marker = ".campaign"

    init(path: String) { self.path = path }

    deinit {
        if directory >= 0 { close(directory) }
        if temporary >= 0 { close(temporary) }
    }

    /// Opens the directory anew; makes it only when told to, so that a directory whose disk is gone is not made elsewhere.
    mutating func open(creating: Bool) -> EndpointFault? {
        if directory >= 0 { close(directory) }
        if temporary >= 0 { close(temporary) }
        (directory, temporary, isMarked) = (-1, -1, false)
        if creating { _ = unsafe mkdir(path, 0o750) }
        directory = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return fault("open") }
        if unsafe mkdirat(directory, "tmp", 0o750) != 0, errno != EEXIST { return fault("make tmp/ in") }
        temporary = unsafe openat(directory, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard temporary >= 0 else { return fault("open tmp/ of") }
        return nil
    }

    /// Whether a run could use the directory: it is there and can be written to, or its parent lets it be made.
    static func outlook(_ path: String) -> EndpointFault? {
        if unsafe access(path, W_OK | X_OK) == 0 { return nil }
        let code = errno
        let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        if code == ENOENT, unsafe access(parent, W_OK | X_OK) == 0 { return nil }
        return EndpointFault(.unavailable, "cannot write to \(path): \(unsafe String(cString: strerror(code)))")
    }

    /// Writes the message to `tmp/KEY`. Durable only after `flush`.
    mutating func write(_ delivery: Delivery) throws(WriteFailure) {
        if temporary < 0, let fault = open(creating: false) { throw .folder(fault) }
        if !isMarked, let fault = mark() { throw .folder(fault) }
        message.removeAll(keepingCapacity: true)
        let key = delivery.key
        do {
            try delivery.render(into: &message, key: key, scratch: &scratch)
        } catch {
            throw .rendering(error.reason)
        }
        let name = key.description
        let file = unsafe openat(temporary, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard file >= 0 else { throw .folder(fault("create a file in tmp/ of")) }
        defer { close(file) }
        var offset = 0
        while offset < message.count {
            let written = unsafe message.withUnsafeBytes { bytes in
                unsafe Glibc.write(file, bytes.baseAddress! + offset, bytes.count - offset)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .folder(fault("write a file in tmp/ of")) }
            offset += written
        }
    }

    /// Makes all files and renames so far durable.
    mutating func flush() -> EndpointFault? {
        guard temporary >= 0 else { return fault("open") }
        return campaign_syncfs(temporary) == 0 ? nil : fault("flush")
    }

    /// Shows the claimed message to whoever takes files from the directory.
    mutating func show(_ delivery: Delivery) -> DeliveryOutcome {
        let name = delivery.key.description
        let shown = name + ".eml"
        if unsafe renameat(temporary, name, directory, shown) == 0 { return .sent(reply: shown) }
        let code = errno
        let fault = fault("rename a file into", code)
        // The file was there a moment ago. If it is gone, somebody else has touched tmp/, and nobody knows.
        return code == ENOENT ? .inDoubt(fault) : .notSent(fault)
    }

    /// After a crash: what is still in `tmp/` was not shown, what is gone was.
    mutating func probe(_ claims: [Delivery]) -> [ProbeVerdict] {
        guard temporary >= 0 || open(creating: false) == nil, hasMarker() else { return claims.map { _ in .unknown } }
        return claims.map { claim in
            var status = stat()
            if unsafe fstatat(temporary, claim.key.description, &status, AT_SYMLINK_NOFOLLOW) == 0 {
                return .notAccepted
            }
            return errno == ENOENT ? .accepted : .unknown
        }
    }

    /// Before the first message is written in a run: from then on a missing file proves something.
    private mutating func mark() -> EndpointFault? {
        let file = unsafe openat(temporary, Self.marker, O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
        guard file >= 0 else { return fault("create a file in tmp/ of") }
        close(file)
        isMarked = true
        return nil
    }

    private func hasMarker() -> Bool {
        var status = stat()
        return unsafe fstatat(temporary, Self.marker, &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    private func fault(_ doing: String, _ code: Int32 = errno) -> EndpointFault {
        EndpointFault(.unavailable, "cannot \(doing) \(path): \(unsafe String(cString: strerror(code)))")
    }
}
