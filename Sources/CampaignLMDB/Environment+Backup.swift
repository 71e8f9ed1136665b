internal import CCampaignLMDB
internal import Glibc

extension Environment {
    /// Writes a consistent, compacted copy into the empty or missing directory `target` while others go on writing.
    /// The copy is durable on return, and private (0700/0600).
    package func copyCompacting(to target: String) throws(LMDBError) {
        try refuseForked()
        if unsafe mkdir(target, 0o700) != 0, errno != EEXIST {
            throw LMDBError(returned: errno, operation: "creating directory \(target)")
        }
        gate.enter()
        defer { gate.leave() }
        let handle = try unsafe openHandle()
        let copy = EnvironmentFiles(directory: target)
        if try copy.dataIdentity() != nil {
            throw LMDBError(returned: EEXIST, operation: "copying to \(target)")
        }
        let code = unsafe mdb_env_copy2(handle, target, UInt32(MDB_CP_COMPACT))
        if code != 0 {
            // Half a copy is worse than none.
            unsafe unlink(copy.dataPath)
            throw LMDBError(returned: code, operation: "copying to \(target)")
        }
        unsafe chmod(copy.dataPath, 0o600)
        try copy.synchronise()
        try EnvironmentFiles.synchronise(directory: EnvironmentFiles.parent(of: target))
    }
}
