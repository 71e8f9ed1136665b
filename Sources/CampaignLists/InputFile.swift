import Glibc

/// A file opened for reading; closed with its owner.
struct InputFile: ~Copyable {
    let name: String
    private let descriptor: Int32

    init(path: String, name: String) throws(ListError) {
        descriptor = try Self.open(path: path, name: name)
        self.name = name
    }

    private static func open(path: String, name: String) throws(ListError) -> Int32 {
        // A path with a NUL would be cut short on its way into C and name another file.
        guard !path.utf8.contains(0) else { throw ListError.system(file: name, operation: "open", errno: EINVAL) }
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ListError.system(file: name, operation: "open", errno: errno) }
        return descriptor
    }

    deinit { close(descriptor) }

    /// Reads up to `count` bytes to `offset` in `bytes`; fewer only at the end of the file. Returns how many.
    func read(into bytes: inout [UInt8], at offset: Int, count: Int) throws(ListError) -> Int {
        precondition(offset >= 0 && count >= 0 && count <= bytes.count - offset)
        var done = 0
        while done < count {
            let result = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + offset + done }, count - done)
            }
            if result == 0 { break }
            if result > 0 {
                done += result
            } else if errno != EINTR {
                throw ListError.system(file: name, operation: "read", errno: errno)
            }
        }
        return done
    }
}
