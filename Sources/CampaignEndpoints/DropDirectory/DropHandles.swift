import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// The directory and its `tmp/`, open. What is written through one of these is flushed through the same one, even when the
/// path has come to mean another directory meanwhile.
final class DropHandles: Sendable {
    let directory: Int32
    let temporary: Int32

    init(directory: Int32, temporary: Int32) {
        self.directory = directory
        self.temporary = temporary
    }

    deinit {
        close(temporary)
        close(directory)
    }
}
