package import CampaignDomain
import Yams

/// The kinds of value that a campaign file has.
extension ManifestDecoder {
    mutating func mapping(_ node: Node, _ what: String) -> Node.Mapping? {
        if case .mapping(let mapping) = node { return mapping }
        refuse(
            ManifestProblem("\(what) is not a table of keys", at: place(node), remedy: "write `key: value` lines"))
        return nil
    }

    mutating func requiredText(_ table: KeyTable, _ key: String, remedy: String) -> Manifest.Located<String>? {
        guard table.contains(key) else {
            if !table.isSuggested(key) { refuse(table.place, key, "is missing", remedy) }
            return nil
        }
        return optionalText(table, key)
    }

    mutating func optionalText(_ table: KeyTable, _ key: String) -> Manifest.Located<String>? {
        table.value(key).flatMap { text($0, key) }
    }

    /// One scalar as it stands: `job: 2026` is the text "2026".
    mutating func text(_ node: Node, _ key: String) -> Manifest.Located<String>? {
        guard case .scalar(let scalar) = node else {
            refuse(place(node), key, "is not one value", "write one value; put text with `{` or `[` in quotes")
            return nil
        }
        let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        guard !isNull, !scalar.string.isEmpty else {
            refuse(place(node), key, "has no value", "write a value after `\(key):` or remove the key")
            return nil
        }
        return Manifest.Located(value: scalar.string, place: place(node))
    }

    /// A list of texts; a single text counts as a list of one.
    mutating func texts(_ table: KeyTable, _ key: String) -> [Manifest.Located<String>] {
        guard let node = table.value(key) else { return [] }
        guard case .sequence(let sequence) = node else { return text(node, key).map { [$0] } ?? [] }
        var found: [Manifest.Located<String>] = []
        for item in sequence {
            if let item = text(item, key) { found.append(item) }
        }
        return found
    }

    mutating func retryPolicy(_ table: KeyTable) -> RetryPolicy {
        var policy = RetryPolicy()
        guard let node = table.value("retry"), let fields = mapping(node, "`retry`") else { return policy }
        let table = KeyTable(fields, decoder: &self, known: Manifest.retryKeys, later: [], prefix: "retry.")
        if let attempts = number(table, "attempts", 1...RetryPolicy.attemptsMax) { policy.attempts = attempts }
        if let factor = number(table, "factor", 1...100) { policy.factor = factor }
        if let first = duration(table, "first") { policy.firstMilliseconds = first }
        let cap = duration(table, "cap")
        policy.capMilliseconds = cap ?? max(policy.capMilliseconds, policy.firstMilliseconds)
        if let cap, cap < policy.firstMilliseconds, let node = table.value("cap") {
            refuse(place(node), "retry.cap", "is shorter than `retry.first`", "raise `cap` or lower `first`")
        }
        return policy
    }

    mutating func inDoubtPolicy(_ table: KeyTable) -> InDoubtPolicy {
        guard let written = optionalText(table, "in-doubt") else { return .hold }
        if let policy = InDoubtPolicy(word: written.value) { return policy }
        refuse(written.place, "in-doubt", "is `\(written.value)`", "write `hold` or `resend`")
        return .hold
    }

    mutating func ratePerHour(_ table: KeyTable, prefix: String = "") -> UInt32 {
        guard let written = optionalText(table, "rate") else { return 0 }
        if let rate = Quantity.ratePerHour(written.value) { return rate }
        refuse(
            written.place, prefix + "rate", "is `\(written.value)`",
            "write a whole number per second, minute or hour, such as `1000/s`, `50/m` or `100/h`")
        return 0
    }

    mutating func number(
        _ table: KeyTable, _ key: String, _ range: ClosedRange<Int>, prefix: String = "retry."
    ) -> Int? {
        guard let node = table.value(key), let written = text(node, prefix + key) else { return nil }
        if let number = Int(written.value), range.contains(number) { return number }
        refuse(
            written.place, prefix + key, "is `\(written.value)`",
            "write a whole number from \(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    private mutating func duration(_ table: KeyTable, _ key: String) -> Int64? {
        guard let node = table.value(key), let written = text(node, "retry.\(key)") else { return nil }
        if let duration = Quantity.durationMilliseconds(written.value) { return duration }
        refuse(
            written.place, "retry.\(key)", "is `\(written.value)`",
            "write a whole number with a unit, such as `250ms`, `60s`, `5m` or `1h`")
        return nil
    }
}

extension InDoubtPolicy {
    /// The policy as manifests and options write it.
    package init?(word: String) {
        switch word {
        case "hold": self = .hold
        case "resend": self = .resend
        default: return nil
        }
    }

    package var word: String {
        switch self {
        case .hold: "hold"
        case .resend: "resend"
        }
    }
}
