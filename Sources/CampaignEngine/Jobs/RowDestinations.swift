import CampaignDomain
import CampaignLists
import CampaignLog

/// Tells recipients' mail domains from their rows.
///
/// SAFETY: used by the log thread alone, with the machine that it is given to.
final class RowDestinations: DestinationLookup, @unchecked Sendable {
    private var rows: RecipientRows
    private let standard: DestinationLimit
    private let named: [String: DestinationLimit]

    init(_ limits: DestinationLimits, _ job: JobID, _ store: any EventStore) {
        rows = RecipientRows(job, store)
        standard = limits.standard
        named = Dictionary(limits.named.map { ($0.domain, $0.limit) }, uniquingKeysWith: { $1 })
    }

    /// A row that cannot be read has no limit here: whoever is given the message finds out.
    func destination(of ordinal: Ordinal) -> Destination? {
        guard let row = try? rows.row(ordinal) else { return nil }
        let address = JobContent.normalised(row.bytes(0))
        guard let at = address.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let domain = address[(at + 1)...]
        let limit = named.isEmpty ? standard : named[String(decoding: domain, as: UTF8.self)] ?? standard
        return limit.isUnlimited ? nil : Destination(key: Self.key(domain), limit: limit)
    }

    /// FNV-1a: two domains that meet in one key share a limit, no more.
    private static func key(_ domain: ArraySlice<UInt8>) -> UInt64 {
        domain.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
