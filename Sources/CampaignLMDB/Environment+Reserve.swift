internal import CCampaignLMDB
internal import Glibc

extension Environment {
    /// The data file's end is moved on when less than this is left behind the last page that was committed.
    private static let reserveMinBytes = 32 * 1024
    /// By a part of what is used, within these bounds. Even the least is a few thousand events.
    private static let reserveShare = 32
    private static let reserveStepBytes = 64 * 1024...2 * 1024 * 1024

    /// Lengthens the data file ahead of its pages, with zeros.
    ///
    /// A commit that makes the file longer costs the file system a record of its own at each flush; one that writes where zeros
    /// were written before does not. The zeros become durable with the commit that follows. Nothing depends on their being
    /// there: when they cannot be written, on a full disk say, LMDB lengthens the file as it always did.
    ///
    /// For the holder of the write transaction alone: then nobody else writes to the file, and only what lies beyond its end
    /// is touched here, where no page can have been written.
    func reserve() {
        guard let handle = unsafe handle else { return }
        var information = unsafe MDB_envinfo()
        var descriptor: Int32 = -1
        guard unsafe mdb_env_info(handle, &information) == 0 else { return }
        let (used, overflow) = unsafe (information.me_last_pgno + 1).multipliedReportingOverflow(by: pageSizeBytes)
        guard !overflow, dataSizeBytes - used < Self.reserveMinBytes else { return }
        guard unsafe mdb_env_get_fd(handle, &descriptor) == 0 else { return }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return }
        dataSizeBytes = Int(status.st_size)
        guard dataSizeBytes - used < Self.reserveMinBytes else { return }
        let step = min(
            max(used / Self.reserveShare, Self.reserveStepBytes.lowerBound), Self.reserveStepBytes.upperBound)
        dataSizeBytes = Self.writeZeros(descriptor, from: dataSizeBytes, to: max(used, dataSizeBytes) + step)
    }

    /// Returns where the file ends then.
    private static func writeZeros(_ descriptor: Int32, from start: Int, to end: Int) -> Int {
        let zeros = [UInt8](repeating: 0, count: min(end - start, reserveStepBytes.lowerBound))
        var offset = start
        while offset < end {
            let count = min(end - offset, zeros.count)
            let written = unsafe zeros.withUnsafeBytes {
                unsafe pwrite(descriptor, $0.baseAddress, count, off_t(offset))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { break }
            offset += written
        }
        return offset
    }
}
