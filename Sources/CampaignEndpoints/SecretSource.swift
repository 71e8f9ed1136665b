import CampaignEngine
import CampaignSMTP
import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Where a password is kept. The address, and with it the log, only ever holds this.
enum SecretSource: Hashable, Sendable, CustomStringConvertible {
    /// The first line of a file that nobody but its owner, and perhaps its group, can read.
    case file(String)
    case environment(String)

    var description: String {
        switch self {
        case .file(let path): "password-file \(path)"
        case .environment(let name): "password-env \(name)"
        }
    }

    /// What tells one state of a file from another.
    struct Version: Hashable, Sendable {
        let seconds: Int
        let nanoseconds: Int
        let sizeBytes: Int64
        let inode: UInt64
    }

    /// Nil for the environment, which does not change, and for a file that is not there.
    var version: Version? {
        guard case .file(let path) = self else { return nil }
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Version(
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec, sizeBytes: Int64(status.st_size),
            inode: UInt64(status.st_ino))
    }

    private static let fileSizeMaxBytes = 64 * 1024

    /// - Throws: `badEndpoint` saying what to mend; never with the secret in it.
    func load() throws(EngineError) -> Secret {
        switch self {
        case .environment(let name):
            guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
                throw EngineError(.badEndpoint, "\(self): the variable is not set, or is empty")
            }
            return Secret(value)
        case .file(let path): return try Self.read(path)
        }
    }

    private static func read(_ path: String) throws(EngineError) -> Secret {
        func refuse(_ why: String) -> EngineError { EngineError(.badEndpoint, "password-file \(path): \(why)") }
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw refuse(unsafe String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw refuse(unsafe String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw refuse("is not a file") }
        // Looked at by its descriptor: the path may name another file by now.
        guard status.st_mode & 0o027 == 0 else {
            throw refuse("others can read or its group can change it; mend it with: chmod 600 \(path)")
        }
        guard status.st_size <= fileSizeMaxBytes else { throw refuse("is larger than any password") }
        guard let data = try? handle.read(upToCount: fileSizeMaxBytes) else { throw refuse("cannot be read") }
        var bytes = [UInt8](data)
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        guard !bytes.isEmpty else { throw refuse("is empty") }
        return Secret(bytes)
    }
}
