extension Reply {
    /// The name under which the server says that it has queued the message; nil when the text has no known form of it.
    ///
    ///     S: 250 2.0.0 Ok: queued as 4XyZ1a2b3c
    ///     S: 250 OK id=1rABCd-000123-AB
    ///
    /// No standard governs it: for people who look into the server's log, not for decisions.
    package var queueID: String? {
        for marker in Self.queueIDMarkers {
            guard let start = textBytes.firstRange(of: marker)?.upperBound else { continue }
            let token = textBytes[start...].prefix { $0 > 0x20 && $0 < 0x7F }
            let trimmed = token.drop { $0 == 0x3C }.prefix { $0 != 0x3E && $0 != 0x29 && $0 != 0x3B && $0 != 0x2C }
            if !trimmed.isEmpty { return String(decoding: trimmed, as: UTF8.self) }
        }
        return nil
    }

    private static let queueIDMarkers = ["queued as ", "queued mail for delivery as ", "id="].map { Array($0.utf8) }
}
