internal import CCampaignLMDB
internal import Glibc

extension EnvironmentFiles {
    /// The data file while it is being made.
    private var unfinishedPath: String { dataPath + ".new" }

    /// Makes the data file unless it exists. LMDB fills a new file's first pages in place, and a power cut can leave a
    /// part of them, which it then refuses for ever: so they are made under another name, flushed, and only then shown.
    /// - Returns: whether the file is new.
    func createDataFile() throws(LMDBError) -> Bool {
        guard try dataIdentity() == nil else { return false }
        // What an earlier attempt has left.
        unsafe unlink(unfinishedPath)
        try format(unfinishedPath)
        try Self.synchronise(file: unfinishedPath)
        if unsafe link(unfinishedPath, dataPath) == 0 {
            unsafe unlink(unfinishedPath)
            return true
        }
        // A file system without links. Elsewhere a link cannot take the place of a file that came in between.
        if errno == EPERM || errno == EOPNOTSUPP, unsafe rename(unfinishedPath, dataPath) == 0 { return true }
        let code = errno
        guard try dataIdentity() == nil else { return false }
        throw LMDBError(returned: code, operation: "creating \(dataPath)")
    }

    /// Has LMDB make an empty environment in a single file of its own.
    private func format(_ path: String) throws(LMDBError) {
        var created: OpaquePointer?
        try check(unsafe mdb_env_create(&created), "creating an environment handle")
        guard let handle = unsafe created else {
            throw LMDBError(returned: ENOMEM, operation: "creating an environment handle")
        }
        defer { unsafe mdb_env_close(handle) }
        try check(
            unsafe mdb_env_open(handle, path, UInt32(MDB_NOSUBDIR) | UInt32(MDB_NOLOCK), 0o600), "creating \(path)")
    }
}
