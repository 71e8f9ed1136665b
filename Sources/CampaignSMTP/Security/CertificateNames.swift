/// The servers that a certificate is for: its subjectAltName (RFC 9525). The common name counts for nothing.
package struct CertificateNames: Hashable, Sendable {
    /// As they stand in the certificate; a first label of `*` stands for any one label.
    package var domains: [[UInt8]]
    /// 4 or 16 bytes each.
    package var addresses: [[UInt8]]

    package init(domains: [[UInt8]], addresses: [[UInt8]] = []) {
        self.domains = domains
        self.addresses = addresses
    }

    package init(domains: [String], addresses: [[UInt8]] = []) {
        self.init(domains: domains.map { Array($0.utf8) }, addresses: addresses)
    }

    package func contains(_ name: ServerName) -> Bool {
        switch name {
        case .domain(let name):
            let name = Array(name.utf8)
            return domains.contains { Self.matches(name, Self.normalised($0)) }
        case .address(let bytes): return addresses.contains(bytes)
        }
    }

    /// `name` is in lower case and has no dot at its end, and neither has `pattern`.
    private static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
        if name.isEmpty || pattern.isEmpty { return false }
        guard pattern.starts(with: "*.".utf8) else { return name == pattern && !name.contains(0x2A) }
        let rest = pattern.dropFirst()
        // `*.example` would be for everybody below a top-level domain; more stars mean nothing.
        guard rest.count(where: { $0 == 0x2E }) >= 2, !rest.contains(0x2A),
            let labelEnd = name.firstIndex(of: 0x2E), labelEnd > 0
        else { return false }
        return name[labelEnd...] == rest
    }

    private static func normalised(_ pattern: [UInt8]) -> [UInt8] {
        let lower = pattern.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        return lower.last == 0x2E ? Array(lower.dropLast()) : lower
    }

    /// For people: as many as fit into a sentence.
    package var texts: [String] {
        let all =
            domains.map { String(escapingControlsIn: $0) } + addresses.map { "\(ServerName.address($0))" }
        return all.count <= Self.textsMax ? all : all.prefix(Self.textsMax) + ["\(all.count - Self.textsMax) more"]
    }

    private static let textsMax = 10
}
