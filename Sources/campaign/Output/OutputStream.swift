import Foundation

/// A buffered stream over a file descriptor. A reader that has gone away (`campaign log | head`) ends the process
/// quietly.
struct OutputStream {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Written through at every line, for streams that someone follows.
    private let flushesLines: Bool

    private static var bufferSizeBytes: Int { 1 << 16 }

    init(descriptor: Int32, flushesLines: Bool = false) {
        self.descriptor = descriptor
        self.flushesLines = flushesLines
    }

    static func standardOutput(flushesLines: Bool = false) -> OutputStream {
        OutputStream(descriptor: STDOUT_FILENO, flushesLines: flushesLines)
    }

    static func standardError() -> OutputStream { OutputStream(descriptor: STDERR_FILENO, flushesLines: true) }

    mutating func line(_ text: String) throws(CLIError) {
        buffer.append(contentsOf: text.utf8)
        try endLine()
    }

    mutating func line(_ json: JSON) throws(CLIError) {
        json.append(to: &buffer)
        try endLine()
    }

    mutating func raw(_ bytes: some Sequence<UInt8>) throws(CLIError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSizeBytes { try flush() }
    }

    private mutating func endLine() throws(CLIError) {
        buffer.append(UInt8(ascii: "\n"))
        if flushesLines || buffer.count >= Self.bufferSizeBytes { try flush() }
    }

    mutating func flush() throws(CLIError) {
        var rest = buffer[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: waitUntilWritable()
            case EPIPE:
                // Whoever read the output has had enough. That is no error.
                _exit(ExitStatus.done.rawValue)
            default:
                let reason = unsafe String(cString: strerror(errno))
                throw CLIError(.unexpected, "output cannot be written", remedy: reason)
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// A descriptor shared with another program may be non-blocking.
    private func waitUntilWritable() {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&waiting, 1, -1)
    }
}
