import CampaignLMDB

/// Records of a journal's main database, past all checks.
enum RawJournal {
    static func get(_ key: [UInt8], directory: String) throws -> [UInt8]? {
        let environment = try Environment(directory: directory, options: .init(access: .readOnly))
        let transaction = try environment.read()
        guard let main = try transaction.database(named: nil, keyKind: .bytes),
            let value = try transaction.value(in: main, for: .bytes(key))
        else { return nil }
        return unsafe value.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// Nil deletes.
    static func put(_ value: [UInt8]?, for key: [UInt8], directory: String) throws {
        let environment = try Environment(directory: directory, options: .init(access: .readWrite))
        var transaction = try environment.write()
        let main = try transaction.database(named: nil, keyKind: .bytes)
        if let value {
            try unsafe transaction.put(value.span.bytes, in: main, for: .bytes(key))
        } else {
            try transaction.delete(.bytes(key), in: main)
        }
        try transaction.commit()
    }
}
