import CampaignDomain
import CampaignMail
import Yams

/// The limits by mail domain.
///
/// ```yaml
/// domains:
///   default: { concurrency: 20, rate: 50/s }
///   example.com: { concurrency: 5 }
/// ```
extension ManifestDecoder {
    mutating func destinationLimits(_ table: KeyTable) -> DestinationLimits {
        guard let node = table.value("domains"), let fields = mapping(node, "`domains`") else {
            return DestinationLimits()
        }
        guard fields.count <= DestinationLimits.namedMax else {
            refuse(
                place(node), "domains", "names \(fields.count) domains",
                "name at most \(DestinationLimits.namedMax); `default` is for all others")
            return DestinationLimits()
        }
        var standard = DestinationLimit()
        var named: [DestinationLimits.Named] = []
        for (keyNode, value) in fields {
            guard let key = text(keyNode, "domains"), let limit = destinationLimit(value, key.value) else { continue }
            if key.value == Manifest.domainDefault {
                standard = limit
            } else if let domain = Self.domain(key.value) {
                named.append(DestinationLimits.Named(domain, limit))
            } else {
                refuse(
                    key.place, "domains.\(key.value)", "is not a mail domain",
                    "write the part behind the @, such as `example.com`, or `default` for all others")
            }
        }
        return DestinationLimits(standard: standard, named: named)
    }

    private mutating func destinationLimit(_ node: Node, _ domain: String) -> DestinationLimit? {
        guard let fields = mapping(node, "`domains.\(domain)`") else { return nil }
        let prefix = "domains.\(domain)."
        let table = KeyTable(fields, decoder: &self, known: Manifest.domainKeys, later: [], prefix: prefix)
        let concurrency = number(table, "concurrency", 1...1_000_000, prefix: prefix) ?? 0
        return DestinationLimit(
            concurrency: UInt32(concurrency), ratePerHour: ratePerHour(table, prefix: prefix))
    }

    /// As addresses are compared: in lower case, in ASCII (RFC 5890).
    private static func domain(_ text: String) -> String? {
        guard text.contains("."), !text.contains("@"), let address = try? EmailAddress("a@\(text)") else { return nil }
        let normalised = address.normalised
        return normalised.lastIndex(of: UInt8(ascii: "@")).map {
            String(decoding: normalised[($0 + 1)...], as: UTF8.self)
        }
    }
}
