import CampaignMail

/// A recipient's fields held in memory.
struct Fields: MergeFields {
    private let values: [[UInt8]]

    init(_ values: [[UInt8]]) { self.values = values }

    func bytes(_ column: Int) -> ArraySlice<UInt8> { values.indices.contains(column) ? values[column][...] : [] }
}
