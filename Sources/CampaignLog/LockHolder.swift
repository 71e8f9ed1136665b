internal import Glibc

/// The engine that holds a journal's lock, as it described itself.
package struct LockHolder: Equatable, Sendable {
    package var pid: Int32
    package var host: String
    /// ISO 8601, UTC.
    package var startedAt: String
    package var engineVersion: String

    package init(pid: Int32, host: String, startedAt: String, engineVersion: String) {
        self.pid = pid
        self.host = host
        self.startedAt = startedAt
        self.engineVersion = engineVersion
    }

    /// This process, now.
    static func current(engineVersion: String) -> LockHolder {
        LockHolder(
            pid: getpid(),
            host: HostIdentity.current().name,
            startedAt: ISO8601.text(secondsSince1970: time(nil)),
            engineVersion: engineVersion
        )
    }
}

extension LockHolder: CustomStringConvertible {
    package var description: String {
        "process \(pid) on \(host), running since \(startedAt) (engine \(engineVersion))"
    }
}

// MARK: - The lock file's text
extension LockHolder {
    /// Fixed, so that a later holder overwrites all of it without needing new space on the disk.
    static let sizeBytes = 512

    /// Lines `pid`, `host`, `started`, `engine`, padded with line ends.
    func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in [
            ("pid", String(pid)), ("host", host), ("started", startedAt), ("engine", engineVersion),
        ] {
            let clean = value.utf8.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 }
            bytes += name.utf8 + [UInt8(ascii: " ")] + clean.prefix(100) + [UInt8(ascii: "\n")]
        }
        bytes += [UInt8](repeating: UInt8(ascii: "\n"), count: Self.sizeBytes - bytes.count)
        return bytes
    }

    /// Nil when the bytes name no process.
    init?(decoding bytes: [UInt8]) {
        var fields: [String: String] = [:]
        for line in bytes.prefix(Self.sizeBytes).split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
        }
        guard let pid = fields["pid"].flatMap({ Int32($0) }) else { return nil }
        self.pid = pid
        host = fields["host"] ?? ""
        startedAt = fields["started"] ?? ""
        engineVersion = fields["engine"] ?? ""
    }
}
