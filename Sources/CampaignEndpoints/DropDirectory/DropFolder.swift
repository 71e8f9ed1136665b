import CCampaignFileSystem
import CampaignDomain
import CampaignEngine
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// The directory: opened, flushed, and what is in it shown or looked for. Used by both of the worker's threads.
final class DropFolder: Sendable {
    private let path: String
    private let opened = Mutex<DropHandles?>(nil)

    /// Says that `tmp/` is the one that messages were written to: in another directory, a missing file proves nothing.
    private static let marker = ".campaign"

    init(path: String) { self.path = path }

    /// The directory as it was opened last; nil when that failed.
    var current: DropHandles? { opened.withLock { $0 } }

    /// Opens the directory anew; makes it only when told to, so that a directory whose disk is gone is not made elsewhere.
    func open(creating: Bool) -> EndpointFault? {
        opened.withLock { opened in
            opened = nil
            do throws(EndpointFault) {
                opened = try openHandles(creating: creating)
                return nil
            } catch {
                return error
            }
        }
    }

    /// The directory as it was opened last; opened now where that failed.
    func handles() throws(EndpointFault) -> DropHandles {
        try opened.withLock { opened throws(EndpointFault) in
            if let opened { return opened }
            let handles = try openHandles(creating: false)
            opened = handles
            return handles
        }
    }

    private func openHandles(creating: Bool) throws(EndpointFault) -> DropHandles {
        if creating { _ = unsafe mkdir(path, 0o750) }
        let directory = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw fault("open") }
        if unsafe mkdirat(directory, "tmp", 0o750) != 0, errno != EEXIST {
            let fault = fault("make tmp/ in")
            close(directory)
            throw fault
        }
        let temporary = unsafe openat(directory, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard temporary >= 0 else {
            let fault = fault("open tmp/ of")
            close(directory)
            throw fault
        }
        return DropHandles(directory: directory, temporary: temporary)
    }

    /// Whether a run could use the directory: it is there and can be written to, or its parent lets it be made.
    static func outlook(_ path: String) -> EndpointFault? {
        if unsafe access(path, W_OK | X_OK) == 0 { return nil }
        let code = errno
        let parent = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        if code == ENOENT, unsafe access(parent, W_OK | X_OK) == 0 { return nil }
        return EndpointFault(.unavailable, "cannot write to \(path): \(unsafe String(cString: strerror(code)))")
    }

    /// Before the first message is written in a run: from then on a missing file proves something.
    func mark(_ handles: DropHandles) throws(EndpointFault) {
        let file = unsafe openat(handles.temporary, Self.marker, O_WRONLY | O_CREAT | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw fault("create a file in tmp/ of") }
        close(file)
    }

    /// Makes durable what was written and renamed before this call. What is written meanwhile may or may not be.
    func flush(_ handles: DropHandles) -> EndpointFault? {
        campaign_syncfs(handles.temporary) == 0 ? nil : fault("flush")
    }

    /// Shows the claimed message to whoever takes files from the directory.
    func show(_ delivery: Delivery, in handles: DropHandles) -> DeliveryOutcome {
        let name = delivery.key.description
        let shown = name + ".eml"
        if unsafe renameat(handles.temporary, name, handles.directory, shown) == 0 { return .sent(reply: shown) }
        let code = errno
        let fault = fault("rename a file into", code)
        // The file was there a moment ago. If it is gone, somebody else has touched tmp/, and nobody knows.
        return code == ENOENT ? .inDoubt(fault) : .notSent(fault)
    }

    /// After a crash: what is still in `tmp/` was not shown, what is gone was.
    func probe(_ claims: [Delivery]) -> [ProbeVerdict] {
        guard let handles = try? handles(), isMarked(handles) else { return claims.map { _ in .unknown } }
        return claims.map { claim in
            var status = stat()
            if unsafe fstatat(handles.temporary, claim.key.description, &status, AT_SYMLINK_NOFOLLOW) == 0 {
                return .notAccepted
            }
            return errno == ENOENT ? .accepted : .unknown
        }
    }

    private func isMarked(_ handles: DropHandles) -> Bool {
        var status = stat()
        return unsafe fstatat(handles.temporary, Self.marker, &status, AT_SYMLINK_NOFOLLOW) == 0
    }

    /// The directory could not be opened when that was tried last.
    var closedFault: EndpointFault { EndpointFault(.unavailable, "cannot use \(path): it is not open") }

    func fault(_ doing: String, _ code: Int32 = errno) -> EndpointFault {
        EndpointFault(.unavailable, "cannot \(doing) \(path): \(unsafe String(cString: strerror(code)))")
    }
}
