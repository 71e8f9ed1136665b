/// Levenshtein distance, to name what a misspelt word may have meant: a column, a manifest key, an option.
package enum EditDistance {
    /// Names longer than this are not compared: the cost is the product of the lengths.
    static let lengthMax = 128

    /// The candidate nearest to `name`, the first one where several are equally near.
    package static func nearest(to name: String, among candidates: [String]) -> String? {
        let wanted = Array(name.unicodeScalars)
        guard wanted.count <= lengthMax else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let scalars = Array(candidate.unicodeScalars)
            guard scalars.count <= lengthMax else { continue }
            let distance = between(wanted, scalars)
            if best.map({ distance < $0.distance }) ?? true {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// Insertions, deletions and substitutions that turn `a` into `b`.
    static func between<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let substituted = diagonal + (x == y ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
