internal import Synchronization

/// A file's identity on this machine: two paths of one file have the same.
package struct FileIdentity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
}

/// The environments that this process has open.
///
/// LMDB's locks belong to the process: closing a second descriptor of the lock file would silently drop the first
/// one's, so a second open must be refused before the file is touched.
enum EnvironmentRegistry {
    private static let open = Mutex<Set<FileIdentity>>([])

    /// False when this process has the environment open already.
    static func register(_ identity: FileIdentity) -> Bool {
        open.withLock { $0.insert(identity).inserted }
    }

    static func unregister(_ identity: FileIdentity) {
        open.withLock { _ = $0.remove(identity) }
    }
}
