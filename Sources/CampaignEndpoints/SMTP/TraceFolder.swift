import CampaignEngine
import CampaignSMTP
import Foundation
import NIOCore
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A directory of dialogues, one file for each connection. For looking into trouble: each line is written at once.
struct TraceFolder: Hashable, Sendable {
    let path: String
    /// The endpoint's address without options.
    let title: String

    /// Makes the directory if it is not there, for its owner alone.
    ///
    /// - Throws: `badEndpoint` where nothing can be written into it.
    init(path: String, title: String) throws(EngineError) {
        self.path = path
        self.title = title
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw EngineError(
                .badEndpoint, "trace \(path): the directory cannot be made (\(error.localizedDescription))")
        }
        guard unsafe access(path, W_OK | X_OK) == 0 else {
            throw EngineError(.badEndpoint, "trace \(path): \(unsafe String(cString: strerror(errno)))")
        }
    }

    /// A file for one more connection; nil if there can be none: mail does not wait for a trace.
    func begin() -> (any SessionTranscript)? {
        TraceFile(folder: path, title: title)
    }
}

/// One connection's dialogue.
///
/// ```
/// # smtps://mail.example.com:465 2026-11-25 17:44:46 UTC
///   0.000412 C: EHLO client.example
///   0.001020 S: 250 mail.example.com
/// ```
private final class TraceFile: SessionTranscript {
    private static let count = Atomic<Int>(0)

    private let file: FileHandle
    private let start = ContinuousClock.now

    init?(folder: String, title: String) {
        let now = Int64(Date().timeIntervalSince1970)
        let stamp = "\(UTCDate(secondsSince1970: now))"
        let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
        let time = stamp.filter { $0.isNumber }
        let path = "\(folder)/\(time)-\(getpid())-\(number).txt"
        // Never one that is there: somebody else's file, or a link to one.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        write("# \(title) \(stamp)\n")
    }

    func client(_ line: String) { write("\(offset) C: \(line)\n") }
    func server(_ line: String) { write("\(offset) S: \(line)\n") }
    func note(_ text: String) { write("\(offset) -- \(text)\n") }

    /// Seconds since the connection was asked for, to the microsecond.
    private var offset: String {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        let micros = String(attoseconds / 1_000_000_000_000)
        let whole = String(repeating: " ", count: max(0, 3 - String(seconds).count)) + String(seconds)
        return "\(whole).\(String(repeating: "0", count: 6 - micros.count))\(micros)"
    }

    /// A disk that is full ends no session.
    private func write(_ line: String) { try? file.write(contentsOf: Data(line.utf8)) }
}
