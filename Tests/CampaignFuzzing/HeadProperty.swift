import CampaignLog

/// A head record is refused, or reads back from what it is written as.
enum HeadProperty {
    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        var bytes = input
        if bytes.count >= 8 { unsafe bytes.overwrite(XXH64.hash(bytes.span.bytes.extracting(droppingFirst: 8)), at: 0) }
        if decode(input) != nil { try require(bytes == input, "a head record with a wrong checksum was accepted") }
        guard let record = decode(bytes) else { return }
        let written = record.encode()
        try require(decode(written)?.head == record.head, "another head when written and read")
        try require(decode(written)?.encode() == written, "other bytes when written again")
    }

    private static func decode(_ bytes: [UInt8]) -> HeadRecord? {
        do throws(LogError) {
            return try unsafe HeadRecord(decoding: bytes.span.bytes)
        } catch {
            return nil
        }
    }
}
