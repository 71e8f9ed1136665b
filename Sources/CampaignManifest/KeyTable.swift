import CampaignMail
import Yams

/// The keys of one table of a campaign file. Unknown ones are refused when the table is made.
struct KeyTable {
    /// Where the table begins.
    let place: String
    private let fields: [String: Node]
    /// Keys that a misspelt one was taken for: not called missing as well.
    private let suggested: Set<String>

    init(
        _ mapping: Node.Mapping, decoder: inout ManifestDecoder, known: [String], later: [String], prefix: String = ""
    ) {
        place = mapping.mark.map { "\(decoder.file):\($0)" } ?? decoder.file
        var fields: [String: Node] = [:]
        var suggested: Set<String> = []
        for (node, value) in mapping {
            guard case .scalar(let scalar) = node else {
                decoder.refuse(decoder.place(node), "key", "is not a word", "write `key: value`")
                continue
            }
            let key = scalar.string
            if known.contains(key) {
                fields[key] = value
            } else if later.contains(key) {
                decoder.refuse(
                    decoder.place(node), key, "is not supported by this version yet",
                    "remove it; nothing is sent without what it asks for")
            } else {
                let nearest = EditDistance.nearest(to: key, among: known + later) ?? ""
                suggested.insert(nearest)
                decoder.refuse(
                    decoder.place(node), prefix + key, "is not a key of a campaign file",
                    "did you mean `\(prefix)\(nearest)`?")
            }
        }
        self.fields = fields
        self.suggested = suggested
    }

    func contains(_ key: String) -> Bool { fields[key] != nil }
    func isSuggested(_ key: String) -> Bool { suggested.contains(key) }
    func value(_ key: String) -> Node? { fields[key] }
}
