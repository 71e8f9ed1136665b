internal import CCampaignLMDB
internal import Glibc

/// An open LMDB environment: a directory with one data file and one lock file.
///
/// Always durable: neither `NOSYNC` nor `WRITEMAP` can be asked for. Readers are not bound to threads (`NOTLS`).
/// Refused are network file systems, a second open in one process, and use after `fork`, each with its own code.
///
/// SAFETY: `handle` changes only inside `gate.withExclusive`, and is read only between `gate.enter` and
/// `gate.leave` or in the initializer; `dataSizeBytes` belongs to whoever has the one write transaction; LMDB's own calls on
/// an environment are thread-safe.
@safe
package final class Environment: @unchecked Sendable {
    var handle: OpaquePointer?
    let gate = TransactionGate()
    let processID: pid_t
    let pageSizeBytes: Int
    /// How long the data file was when last looked at; others only make it longer. Touched in a write transaction alone.
    var dataSizeBytes = 0

    package let directory: String
    package let options: EnvironmentOptions
    /// Device and inode of the data file.
    package let identity: FileIdentity
    /// Reader slots of dead processes that the open found and freed.
    package let staleReaders: Int

    /// Opens, and in `readWrite` creates, the environment in `directory`. Created files are durable on return.
    package init(directory: String, options: EnvironmentOptions) throws(LMDBError) {
        let files = EnvironmentFiles(directory: directory)
        try Self.refuseNetwork(directory: directory)
        let identity = try Self.prepare(files: files, access: options.access)
        guard EnvironmentRegistry.register(identity) else {
            throw LMDBError(
                .alreadyOpen,
                operation: "opening \(directory)",
                message: "this process has the environment open already"
            )
        }
        do throws(LMDBError) {
            let handle = try unsafe Self.open(directory: directory, options: options)
            do throws(LMDBError) {
                (staleReaders, pageSizeBytes) = try unsafe Self.settle(
                    handle: handle, files: files, access: options.access)
            } catch {
                unsafe mdb_env_close(handle)
                throw error
            }
            unsafe self.handle = unsafe handle
        } catch {
            EnvironmentRegistry.unregister(identity)
            throw error
        }
        self.identity = identity
        self.directory = directory
        self.options = options
        processID = getpid()
    }

    deinit {
        // After a fork the handle, its locks and its reader slots belong to the parent.
        guard getpid() == processID, let handle = unsafe handle else { return }
        unsafe mdb_env_close(handle)
        EnvironmentRegistry.unregister(identity)
    }

    /// Closes the environment once no transaction of this process is open; later calls throw `closed`.
    /// - Throws: `busy` when transactions stay open for longer than the options allow.
    package func close() throws(LMDBError) {
        try refuseForked()
        try gate.withExclusive(
            waitMaxMilliseconds: options.exclusiveWaitMaxMilliseconds,
            operation: "closing \(directory)"
        ) { () throws(LMDBError) in
            guard let open = unsafe handle else { return }
            unsafe mdb_env_close(open)
            unsafe handle = nil
            EnvironmentRegistry.unregister(identity)
        }
    }

    func refuseForked() throws(LMDBError) {
        guard getpid() == processID else {
            throw LMDBError(
                .forked,
                operation: "using \(directory)",
                message: "the environment was opened before a fork; the child must open its own"
            )
        }
    }

    /// The handle, for a caller between `gate.enter` and `gate.leave`.
    func openHandle() throws(LMDBError) -> OpaquePointer {
        guard let open = unsafe handle else {
            throw LMDBError(.closed, operation: "using \(directory)", message: "the environment is closed")
        }
        return unsafe open
    }
}

// MARK: - Opening
extension Environment {
    private static func refuseNetwork(directory: String) throws(LMDBError) {
        let exists = unsafe access(directory, F_OK) == 0
        let kind: FileSystemKind
        do {
            kind = try FileSystemKind.of(path: exists ? directory : EnvironmentFiles.parent(of: directory))
        } catch .noEntry {
            return
        }
        if case .network(let name) = kind {
            throw LMDBError(
                .networkFileSystem,
                operation: "opening \(directory)",
                message: "it lies on a network file system (\(name)), whose locks and maps lose data"
            )
        }
    }

    private static func prepare(
        files: EnvironmentFiles,
        access: EnvironmentOptions.Access
    ) throws(LMDBError) -> FileIdentity {
        switch access {
        case .readWrite:
            try files.create()
        case .readOnly:
            // LMDB makes a missing lock file itself, or does without on a read-only file system.
            try? files.allocateLockFile()
        }
        guard let found = try files.dataIdentity(), access == .readWrite || found.sizeBytes > 0 else {
            throw LMDBError(.missing, operation: "opening \(files.directory)", message: "there is nothing here yet")
        }
        return found.identity
    }

    private static func open(directory: String, options: EnvironmentOptions) throws(LMDBError) -> OpaquePointer {
        var flags = UInt32(MDB_NOTLS)
        if options.access == .readOnly { flags |= UInt32(MDB_RDONLY) }
        let granularity = 65_536
        var mapSize = max(options.mapSizeBytes, granularity) / granularity * granularity
        while true {
            var created: OpaquePointer?
            try check(unsafe mdb_env_create(&created), "creating an environment handle")
            guard let handle = unsafe created else {
                throw LMDBError(returned: ENOMEM, operation: "creating an environment handle")
            }
            unsafe mdb_env_set_maxdbs(handle, options.databasesMax)
            unsafe mdb_env_set_mapsize(handle, mapSize)
            let code = unsafe mdb_env_open(handle, directory, flags, 0o600)
            if code == 0 { return unsafe handle }
            unsafe mdb_env_close(handle)
            // Address space is limited (ulimit -v, a container): ask for less.
            guard code == ENOMEM, mapSize > mapSizeFloorBytes else {
                throw LMDBError(returned: code, operation: "opening \(directory)")
            }
            mapSize = max(mapSizeFloorBytes, mapSize / 4)
        }
    }

    private static let mapSizeFloorBytes = 16 * 1024 * 1024

    /// What has to be right before the first transaction. Returns the number of stale readers, and the size of a page.
    private static func settle(
        handle: OpaquePointer,
        files: EnvironmentFiles,
        access: EnvironmentOptions.Access
    ) throws(LMDBError) -> (staleReaders: Int, pageSizeBytes: Int) {
        var stale: Int32 = 0
        try check(unsafe mdb_reader_check(handle, &stale), "checking for stale readers")
        var information = unsafe MDB_envinfo()
        var statistics = MDB_stat()
        try check(unsafe mdb_env_info(handle, &information), "reading the environment's size")
        try check(unsafe mdb_env_stat(handle, &statistics), "reading the environment's page size")
        let needed = unsafe (information.me_last_pgno + 1)
            .multipliedReportingOverflow(by: Int(statistics.ms_psize))
        guard let found = try files.dataIdentity(), !needed.overflow else {
            throw LMDBError(.corrupted, operation: "opening \(files.directory)", message: "the size makes no sense")
        }
        if found.sizeBytes < needed.partialValue {
            try files.extendData(from: found.sizeBytes, to: needed.partialValue)
        }
        if access == .readWrite { try files.synchronise() }
        return (Int(stale), Int(statistics.ms_psize))
    }
}
