internal import Glibc

/// Files of a few lines.
enum SmallFile {
    /// The first `sizeMaxBytes` of a file, nil when it cannot be read.
    static func read(_ path: String, sizeMaxBytes: Int) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return read(descriptor, sizeMaxBytes: sizeMaxBytes)
    }

    static func read(_ descriptor: Int32, sizeMaxBytes: Int) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: sizeMaxBytes)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        return count < 0 ? nil : [UInt8](buffer.prefix(count))
    }
}
