import Glibc

/// A file in memory, already without a name, for readers that want a path.
struct MemoryFile: ~Copyable {
    private let descriptor: CInt

    init(_ bytes: [UInt8]) throws(BrokenProperty) {
        var name = Array("/dev/shm/campaign-fuzz-XXXXXX".utf8CString)
        descriptor = unsafe mkstemp(&name)
        try require(descriptor >= 0, "no file in memory: \(errno)")
        unsafe unlink(name)
        let written = unsafe write(descriptor, bytes, bytes.count)
        try require(written == bytes.count, "a memory file took \(written) of \(bytes.count) bytes: \(errno)")
    }

    /// Opened anew, and so read from its start, each time.
    var path: String { "/proc/self/fd/\(descriptor)" }

    deinit { close(descriptor) }
}
