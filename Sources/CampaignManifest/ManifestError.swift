/// Why a text is no campaign file: every mistake that was found, the first one first.
package struct ManifestError: Error, Hashable, CustomStringConvertible {
    /// Never empty.
    package let problems: [ManifestProblem]

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// One mistake in a campaign file.
package struct ManifestProblem: Hashable, Sendable, CustomStringConvertible {
    package let what: String
    /// The file, with line and column where they are known: `campaign.yaml:12:5`.
    package let place: String
    /// How to mend it.
    package let remedy: String?

    init(_ what: String, at place: String, remedy: String? = nil) {
        self.what = what
        self.place = place
        self.remedy = remedy
    }

    package var description: String {
        ([what, place, remedy].compactMap { $0 }).joined(separator: ": ")
    }
}
