internal import CCampaignLMDB

extension Environment {
    /// Bytes of address space in use for the map.
    package func mapSizeBytes() throws(LMDBError) -> Int {
        try statistics().mapSizeBytes
    }

    /// Doubles the map. Needs a moment without any open transaction of this process.
    /// - Throws: `busy` when that moment does not come; `outOfMemory` when the system refuses the address space.
    package func grow() throws(LMDBError) {
        let current = try mapSizeBytes()
        let doubled = current.multipliedReportingOverflow(by: 2)
        guard !doubled.overflow else {
            throw LMDBError(.mapFull, operation: "growing \(directory)", message: "the map cannot grow further")
        }
        try resizeMap(to: doubled.partialValue)
    }

    /// Takes over the size that another process has given the map.
    func adoptMapSize() throws(LMDBError) {
        try resizeMap(to: 0)
    }

    private func resizeMap(to sizeBytes: Int) throws(LMDBError) {
        try gate.withExclusive(
            waitMaxMilliseconds: options.exclusiveWaitMaxMilliseconds,
            operation: "growing \(directory)"
        ) { () throws(LMDBError) in
            let handle = try unsafe openHandle()
            try check(unsafe mdb_env_set_mapsize(handle, sizeBytes), "growing \(directory)")
        }
    }
}
