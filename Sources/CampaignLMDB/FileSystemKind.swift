internal import CCampaignLMDB
internal import Glibc

/// The kind of file system that a path lies on, as far as locking and shared memory maps are concerned.
package enum FileSystemKind: Equatable, Sendable {
    case local
    /// Shared between hosts, or served by a program: its locks and maps are not to be trusted.
    case network(name: String)

    /// Asks the system about `path`, which must exist.
    package static func of(path: String) throws(LMDBError) -> FileSystemKind {
        var information = statfs()
        guard unsafe statfs(path, &information) == 0 else {
            throw LMDBError(returned: errno, operation: "looking at the file system of \(path)")
        }
        return FileSystemKind(magic: UInt32(truncatingIfNeeded: information.f_type))
    }

    /// The name of a file system that allocates space at each write, also to bytes that exist: there a store into a mapped
    /// file can find the disk full, which ends the process by a signal. nil for all others.
    package static func copyOnWriteName(path: String) -> String? {
        var information = statfs()
        guard unsafe statfs(path, &information) == 0 else { return nil }
        return copyOnWriteNames[UInt32(truncatingIfNeeded: information.f_type)]
    }

    private static let copyOnWriteNames: [UInt32: String] = [
        0x9123_683E: "btrfs",
        0x2FC1_2FC1: "ZFS",
        0xCA45_1A4E: "bcachefs",
    ]

    /// - Parameter magic: `f_type` of `statfs(2)`.
    package init(magic: UInt32) {
        if let name = Self.networkNames[magic] {
            self = .network(name: name)
        } else {
            self = .local
        }
    }

    private static let networkNames: [UInt32: String] = [
        0x6969: "NFS",
        0x517B: "SMB",
        0xFF53_4D42: "CIFS",
        0xFE53_4D42: "SMB2",
        0x0102_1997: "9P",
        0x6573_5546: "FUSE",
        0x5346_414F: "AFS",
        0x6B41_4653: "kAFS",
        0x7375_7245: "Coda",
        0x564C: "NCP",
        0x00C3_6400: "Ceph",
        0x0BD0_0BD0: "Lustre",
        0x4750_4653: "GPFS",
        0x0116_1970: "GFS2",
        0x7461_636F: "OCFS2",
        0x1980_0202: "BeeGFS",
        0x786F_4256: "VirtualBox shared folder",
        0xBACB_ACBC: "VMware shared folder",
    ]
}
