internal import Glibc

/// The directory and the two files of an environment: made private, made durable, recognised.
struct EnvironmentFiles {
    let directory: String

    var dataPath: String { directory + "/data.mdb" }
    var lockPath: String { directory + "/lock.mdb" }

    /// Bytes of the lock file, room for more than 126 readers. It is mapped, so its blocks must exist before the
    /// map is written: a hole would end the process with SIGBUS on a full disk.
    static let lockSizeBytes = 16_384

    /// Makes the directory (0700) and both files (0600) unless they exist.
    func create() throws(LMDBError) {
        if unsafe mkdir(directory, 0o700) == 0 {
            try Self.synchronise(directory: Self.parent(of: directory))
        } else if errno != EEXIST {
            throw LMDBError(returned: errno, operation: "creating directory \(directory)")
        }
        let created = try createDataFile()
        if try createFile(lockPath) || created {
            try Self.synchronise(directory: directory)
        }
        try allocateLockFile()
    }

    /// True when the file is new.
    private func createFile(_ path: String) throws(LMDBError) -> Bool {
        let descriptor = unsafe Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            if errno == EEXIST { return false }
            throw LMDBError(returned: errno, operation: "creating \(path)")
        }
        let result = fsync(descriptor)
        let code = errno
        close(descriptor)
        if result != 0 { throw LMDBError(returned: code, operation: "flushing \(path)") }
        return true
    }

    /// Gives every byte of the lock file a block on the disk. Must run before LMDB opens it in this process, since
    /// closing this descriptor would drop LMDB's locks.
    func allocateLockFile() throws(LMDBError) {
        let descriptor = unsafe Glibc.open(lockPath, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw LMDBError(returned: errno, operation: "opening \(lockPath)")
        }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        // A file in use keeps its size: other processes map just that much.
        let target = size > 0 ? Int(size) : Self.lockSizeBytes
        let code = posix_fallocate(descriptor, 0, target)
        // Some file systems cannot allocate ahead; LMDB then works as it always did.
        if code != 0 && code != EOPNOTSUPP && code != EINVAL {
            throw LMDBError(returned: code, operation: "allocating \(lockPath)")
        }
    }

    /// Flushes both files and the directory: after this the environment survives a power cut.
    func synchronise() throws(LMDBError) {
        try Self.synchronise(file: dataPath)
        try Self.synchronise(directory: directory)
    }

    /// Nil when the data file does not exist.
    func dataIdentity() throws(LMDBError) -> (identity: FileIdentity, sizeBytes: Int)? {
        var information = stat()
        guard unsafe stat(dataPath, &information) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw LMDBError(returned: errno, operation: "looking at \(dataPath)")
        }
        let identity = FileIdentity(device: UInt64(information.st_dev), inode: UInt64(information.st_ino))
        return (identity, Int(information.st_size))
    }

    /// Gives blocks to the end of a data file that is shorter than its tree says. LMDB leaves unwritten pages at
    /// the end out, but reading past the end of a mapped file ends the process, so the end has to exist.
    func extendData(from sizeBytes: Int, to neededBytes: Int) throws(LMDBError) {
        let refusal = LMDBError(
            .truncated,
            operation: "opening \(dataPath)",
            message: "the file has \(sizeBytes) bytes where its pages need \(neededBytes): it was cut off"
        )
        guard neededBytes - sizeBytes <= Self.missingEndBytesMax else { throw refusal }
        let descriptor = unsafe Glibc.open(dataPath, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw refusal }
        defer { close(descriptor) }
        let code = posix_fallocate(descriptor, off_t(sizeBytes), off_t(neededBytes - sizeBytes))
        if code != 0 { throw LMDBError(returned: code, operation: "extending \(dataPath)") }
    }

    private static let missingEndBytesMax = 16 * 1024 * 1024

    static func synchronise(directory path: String) throws(LMDBError) {
        try synchronise(path, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    static func synchronise(file path: String) throws(LMDBError) {
        try synchronise(path, flags: O_RDWR | O_CLOEXEC)
    }

    private static func synchronise(_ path: String, flags: Int32) throws(LMDBError) {
        let descriptor = unsafe Glibc.open(path, flags)
        guard descriptor >= 0 else { throw LMDBError(returned: errno, operation: "opening \(path)") }
        let result = fsync(descriptor)
        let code = errno
        close(descriptor)
        if result != 0 { throw LMDBError(returned: code, operation: "flushing \(path)") }
    }

    static func parent(of path: String) -> String {
        var trimmed = Substring(path)
        while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
