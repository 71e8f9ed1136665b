internal import CCampaignLMDB

/// Sizes of an environment as a whole.
package struct EnvironmentStatistics: Equatable, Sendable {
    package var pageSizeBytes: Int
    package var mapSizeBytes: Int
    /// Bytes of the data file that pages have ever used.
    package var usedSizeBytes: Int
    package var lastTransaction: UInt64
    package var readersMax: Int
    /// Reader slots ever used at once, an upper bound of those in use.
    package var readersUsed: Int
}

/// Sizes of one database.
package struct DatabaseStatistics: Equatable, Sendable {
    package var entries: Int
    package var depth: Int
    package var branchPages: Int
    package var leafPages: Int
    package var overflowPages: Int
}

extension Environment {
    package func statistics() throws(LMDBError) -> EnvironmentStatistics {
        try refuseForked()
        gate.enter()
        defer { gate.leave() }
        let handle = try unsafe openHandle()
        var information = unsafe MDB_envinfo()
        var stat = MDB_stat()
        try check(unsafe mdb_env_info(handle, &information), "reading the environment's size")
        try check(unsafe mdb_env_stat(handle, &stat), "reading the environment's page size")
        return unsafe EnvironmentStatistics(
            pageSizeBytes: Int(stat.ms_psize),
            mapSizeBytes: Int(information.me_mapsize),
            usedSizeBytes: Int(information.me_last_pgno + 1) * Int(stat.ms_psize),
            lastTransaction: UInt64(information.me_last_txnid),
            readersMax: Int(information.me_maxreaders),
            readersUsed: Int(information.me_numreaders)
        )
    }

    /// Frees the reader slots of dead processes; returns how many there were.
    @discardableResult
    package func freeStaleReaders() throws(LMDBError) -> Int {
        try refuseForked()
        gate.enter()
        defer { gate.leave() }
        var stale: Int32 = 0
        try check(unsafe mdb_reader_check(openHandle(), &stale), "checking for stale readers")
        return Int(stale)
    }
}
