import CampaignLog

/// All that a reader of the journal can see, in three values.
struct StoreView: Hashable, CustomStringConvertible {
    var nextSequence: UInt64
    /// Over every key and value of every table.
    var fingerprint: UInt64
    /// The Merkle root over all frames, in hexadecimal digits.
    var root: String

    init(nextSequence: UInt64, fingerprint: UInt64, root: String) {
        self.nextSequence = nextSequence
        self.fingerprint = fingerprint
        self.root = root
    }

    init(_ store: any EventStore) throws {
        let head = try store.head
        var fingerprint: UInt64 = 0
        for table in Table.allCases {
            try store.scan(table, from: nil) { key, value in
                let text = Array("\(table) \(key)".utf8)
                fingerprint = XXH64.hash(value.copied(), seed: XXH64.hash(text, seed: fingerprint))
                return true
            }
        }
        self.init(nextSequence: head.nextSequence, fingerprint: fingerprint, root: "\(head.root)")
    }

    var description: String { "event \(nextSequence - 1), root \(root.prefix(12)), tables \(fingerprint)" }
}
