#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The file of what was accepted, appended to with one system call per message: a line is there whole or not at all,
/// and stays there when the process is killed.
final class Recorder {
    struct SystemError: Error {
        let operation: String
        let code: Int32
    }

    private let descriptor: CInt
    private let isSynchronous: Bool
    private var line: [UInt8] = []

    init(path: String, isSynchronous: Bool) throws(SystemError) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        self.isSynchronous = isSynchronous
        guard descriptor >= 0 else { throw SystemError(operation: "open", code: errno) }
    }

    func record(messageID: [UInt8], recipients: [[UInt8]], sizeBytes: Int) throws(SystemError) {
        line.removeAll(keepingCapacity: true)
        for recipient in recipients {
            line.append(contentsOf: messageID)
            line.append(0x09)
            line.append(contentsOf: recipient)
            line.append(0x09)
            line.append(contentsOf: String(sizeBytes).utf8)
            line.append(0x0A)
        }
        let written = unsafe line.withUnsafeBytes { bytes in unsafe write(descriptor, bytes.baseAddress, bytes.count) }
        guard written == line.count else { throw SystemError(operation: "write", code: errno) }
        if isSynchronous, fsync(descriptor) != 0 { throw SystemError(operation: "fsync", code: errno) }
    }

    deinit { close(descriptor) }
}
