/// Names the known word that a misspelt one may have meant.
enum NearestName {
    /// The known name that takes the fewest insertions, deletions and substitutions; the first of several. Always gives
    /// one of `known` unless that is empty.
    static func to(_ name: String, among known: [String]) -> String? {
        let wanted = Array(name.unicodeScalars.prefix(64))
        return known.enumerated().min { left, right in
            let distances = (distance(wanted, left.element), distance(wanted, right.element))
            return distances.0 == distances.1 ? left.offset < right.offset : distances.0 < distances.1
        }?.element
    }

    private static func distance(_ wanted: [Unicode.Scalar], _ name: String) -> Int {
        let name = Array(name.unicodeScalars)
        var row = Array(0...name.count)
        for (i, scalar) in wanted.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in name.enumerated() {
                let substituted = diagonal + (scalar == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[name.count]
    }
}
