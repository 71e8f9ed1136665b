internal import Glibc
internal import Synchronization

/// The right to run an engine on a journal: a lock of the operating system that ends with the process.
///
/// An open-file-description lock on `engine.lock` inside the journal's directory; the descriptor is closed on exec.
package final class EngineLock: Sendable {
    private let descriptor: Mutex<Int32?>
    package let holder: LockHolder

    private static func path(_ directory: String) -> String { directory + "/engine.lock" }

    /// Takes the lock without waiting. Makes the directory (0700) when it is missing.
    /// - Throws: `locked` with the holder's own description.
    package static func acquire(directory: String, engineVersion: String) throws(LogError) -> EngineLock {
        if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw LogError(errno: errno, doing: "creating directory \(directory)")
        }
        let descriptor = unsafe open(path(directory), O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LogError(errno: errno, doing: "opening \(path(directory))") }
        do throws(LogError) {
            var request = flock.whole(type: Int16(F_WRLCK))
            if unsafe fcntl(descriptor, OpenFileLock.set, &request) != 0 {
                let code = errno
                guard code == EAGAIN || code == EACCES else {
                    throw LogError(errno: code, doing: "locking \(path(directory))")
                }
                throw .locked(holder: describe(descriptor))
            }
            let holder = LockHolder.current(engineVersion: engineVersion)
            let text = holder.encode()
            let written = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
            guard written == text.count else {
                throw LogError(errno: written < 0 ? errno : ENOSPC, doing: "writing \(path(directory))")
            }
            return EngineLock(descriptor: descriptor, holder: holder)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Who holds the lock now, without taking it; nil when nobody does. A holder that has not described itself yet
    /// has pid 0.
    package static func holder(directory: String) throws(LogError) -> LockHolder? {
        let descriptor = unsafe open(path(directory), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw LogError(errno: errno, doing: "opening \(path(directory))")
        }
        defer { close(descriptor) }
        var request = flock.whole(type: Int16(F_WRLCK))
        guard unsafe fcntl(descriptor, OpenFileLock.get, &request) == 0 else {
            throw LogError(errno: errno, doing: "asking for the lock of \(path(directory))")
        }
        if request.l_type == Int16(F_UNLCK) { return nil }
        return describe(descriptor) ?? LockHolder(pid: 0, host: "", startedAt: "", engineVersion: "")
    }

    private static func describe(_ descriptor: Int32) -> LockHolder? {
        SmallFile.read(descriptor, sizeMaxBytes: LockHolder.sizeBytes).flatMap(LockHolder.init(decoding:))
    }

    private init(descriptor: Int32, holder: LockHolder) {
        self.descriptor = Mutex(descriptor)
        self.holder = holder
    }

    /// Gives the lock back; harmless when it was given back before.
    package func release() {
        descriptor.withLock { descriptor in
            guard let open = descriptor else { return }
            // Closing alone would leave it held for as long as a process that is being started has a copy of the descriptor.
            var request = flock.whole(type: Int16(F_UNLCK))
            _ = unsafe fcntl(open, OpenFileLock.set, &request)
            close(open)
            descriptor = nil
        }
    }

    deinit {
        release()
    }
}

/// `F_OFD_GETLK` and `F_OFD_SETLK` of Linux, which the C header hides behind a feature macro.
private enum OpenFileLock {
    static let get: Int32 = 36
    static let set: Int32 = 37
}

extension flock {
    /// A request about the whole file. `l_pid` must be 0 for open-file-description locks.
    fileprivate static func whole(type: Int16) -> flock {
        var request = flock()
        request.l_type = type
        request.l_whence = Int16(SEEK_SET)
        return request
    }
}

extension LogError {
    init(errno code: Int32, doing operation: String) {
        let message = "\(operation): \(unsafe String(cString: strerror(code)))"
        switch code {
        case ENOSPC, EDQUOT: self = .noSpace(message)
        case EIO: self = .inputOutput(message)
        case EACCES, EPERM, EROFS: self = .accessDenied(message)
        default: self = .store(code: code, message: message)
        }
    }
}
