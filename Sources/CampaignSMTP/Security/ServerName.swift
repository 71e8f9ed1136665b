#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What a server is called: what its certificate must name (RFC 9525).
package enum ServerName: Hashable, Sendable {
    /// A domain in US-ASCII, lower case, without a dot at its end.
    case domain(String)
    /// The 4 or 16 bytes of an IP address.
    case address([UInt8])

    package init(_ host: String) {
        if let bytes = Self.addressBytes(host) {
            self = .address(bytes)
        } else {
            let name = host.lowercased()
            self = .domain(name.hasSuffix(".") ? String(name.dropLast()) : name)
        }
    }

    /// For the handshake's server name (RFC 6066 §3), which is never an address.
    var indication: String? {
        guard case .domain(let name) = self, (1...255).contains(name.utf8.count) else { return nil }
        return name
    }

    private static func addressBytes(_ host: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if unsafe inet_pton(family, host, &bytes) == 1 { return bytes }
        }
        return nil
    }
}

extension ServerName: CustomStringConvertible {
    package var description: String {
        switch self {
        case .domain(let name): name
        case .address(let bytes) where bytes.count == 4: bytes.map(String.init).joined(separator: ".")
        case .address(let bytes):
            stride(from: 0, to: bytes.count - 1, by: 2)
                .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
        }
    }
}
