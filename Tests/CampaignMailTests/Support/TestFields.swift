import CampaignMail

/// Fields held in memory.
struct TestFields: MergeFields {
    var values: [[UInt8]]

    init(_ values: [String]) {
        self.values = values.map { Array($0.utf8) }
    }

    init(bytes: [[UInt8]]) {
        values = bytes
    }

    func bytes(_ column: Int) -> ArraySlice<UInt8> { values[column][...] }
}

extension MessageRenderer {
    /// The message as text, one render.
    func text(_ values: [String], key: String = testKey) throws -> String {
        var output: [UInt8] = []
        try render(TestFields(values), key: key, into: &output)
        return String(decoding: output, as: UTF8.self)
    }
}

/// 26 characters of base32.
let testKey = "abcdefghijklmnopqrstuv2345"

/// 21 November 2026, 01:00:00 UTC.
let testDate: Int64 = 1_795_222_800

extension String {
    /// With CRLF for each LF.
    var crlf: String { replacing("\n", with: "\r\n") }
}
