internal import Crypto
internal import Glibc

/// Which machine this is, and which boot of it.
package struct HostIdentity: Equatable, Sendable {
    /// 32 hexadecimal digits, derived from the machine id (or the host name) without giving it away.
    package var id: String
    package var name: String
    /// Changes with every boot; empty when the system does not tell.
    package var bootID: String

    package init(id: String, name: String, bootID: String) {
        self.id = id
        self.name = name
        self.bootID = bootID
    }

    package static func current() -> HostIdentity {
        let name = hostName()
        let machine = firstLine(of: "/etc/machine-id") ?? ""
        let seed = machine.isEmpty ? name : machine
        var hasher = SHA256()
        hasher.update(data: [UInt8]("campaign host".utf8))
        hasher.update(data: [UInt8](seed.utf8))
        return HostIdentity(
            id: Hexadecimal.encode(hasher.finalize().prefix(16)),
            name: name,
            bootID: firstLine(of: "/proc/sys/kernel/random/boot_id") ?? ""
        )
    }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func firstLine(of path: String) -> String? {
        guard let bytes = SmallFile.read(path, sizeMaxBytes: 256) else { return nil }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}

extension HostIdentity: CustomStringConvertible {
    package var description: String { "host \(name) (\(id.prefix(8)))" }
}
