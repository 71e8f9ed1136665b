internal import Glibc

/// Room on the file system of a path.
package enum DiskSpace {
    /// Bytes that this process may still write there; nil when the system does not tell.
    package static func freeBytes(at path: String) -> UInt64? {
        var information = statvfs()
        guard unsafe statvfs(path, &information) == 0 else { return nil }
        let (bytes, overflow) = UInt64(information.f_bavail)
            .multipliedReportingOverflow(by: UInt64(information.f_frsize))
        return overflow ? .max : bytes
    }
}
