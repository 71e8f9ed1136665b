import Glibc

/// A temporary file without a name: it is gone when it is closed, however the process ends.
struct SpillFile: ~Copyable {
    private let descriptor: Int32
    private let directory: String
    private(set) var sizeBytes: Int64 = 0

    init(directory: String) throws(ListError) {
        descriptor = try Self.openUnnamed(in: directory)
        self.directory = directory
    }

    deinit { close(descriptor) }

    private static func openUnnamed(in directory: String) throws(ListError) -> Int32 {
        guard !directory.utf8.contains(0) else { throw failure(directory, "create a temporary file", EINVAL) }
        var path = Array("\(directory)/.campaign-XXXXXX".utf8CString)
        let descriptor = unsafe path.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return Int32(-1) }
            return unsafe mkstemp(base)
        }
        guard descriptor >= 0 else { throw failure(directory, "create a temporary file", errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        // Should this fail, the file stays behind with its name: a blemish, not a fault of the import.
        _ = unsafe path.withUnsafeBufferPointer { buffer in unsafe buffer.baseAddress.map { unsafe unlink($0) } }
        return descriptor
    }

    /// Writes the elements' memory behind what is there.
    mutating func append<Element: BitwiseCopyable>(_ elements: [Element]) throws(ListError) {
        let count = elements.count * MemoryLayout<Element>.stride
        var done = 0
        while done < count {
            let offset = off_t(sizeBytes)
            let result = unsafe elements.withUnsafeBytes { buffer in
                unsafe pwrite(descriptor, buffer.baseAddress.map { unsafe $0 + done }, count - done, offset)
            }
            if result > 0 {
                done += result
                sizeBytes += Int64(result)
            } else if result == 0 || errno != EINTR {
                throw Self.failure(directory, "write a temporary file", result == 0 ? EIO : errno)
            }
        }
    }

    /// Reads elements that were written at `offset`.
    func read<Element: BitwiseCopyable>(count: Int, at offset: Int64) throws(ListError) -> [Element] {
        var code: Int32 = 0
        let elements = unsafe [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            code = unsafe Self.fill(UnsafeMutableRawBufferPointer(buffer), from: descriptor, at: offset)
            initialized = code == 0 ? count : 0
        }
        guard code == 0 else { throw Self.failure(directory, "read a temporary file", code) }
        return elements
    }

    /// Returns an error code, 0 for success.
    private static func fill(_ target: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: Int64) -> Int32
    {
        var done = 0
        let size = target.count
        while done < size {
            let place = unsafe target.baseAddress.map { unsafe $0 + done }
            let result = unsafe pread(descriptor, place, size - done, off_t(offset) + done)
            if result > 0 {
                done += result
            } else if result == 0 || errno != EINTR {
                return result == 0 ? EIO : errno
            }
        }
        return 0
    }

    private static func failure(_ directory: String, _ operation: String, _ code: Int32) -> ListError {
        ListError.system(file: directory, operation: operation, errno: code)
    }
}
