import CampaignEngine
import CampaignManifest

/// What went wrong, where, and how to mend it: one line on standard error, and the exit status.
struct CLIError: Error, Hashable, CustomStringConvertible {
    var status: ExitStatus
    /// `campaign: <what>: <where>: <how to mend>`
    var what: String
    var place: String?
    var remedy: String?
    /// Further lines of the same kind (a manifest with several mistakes).
    var further: [CLIError] = []

    init(_ status: ExitStatus, _ what: String, at place: String? = nil, remedy: String? = nil) {
        self.status = status
        self.what = what
        self.place = place
        self.remedy = remedy
    }

    init(_ error: EngineError) {
        // A refused list names each bad row on a line of its own.
        let lines = error.message.split(separator: "\n").map(String.init)
        let status = ExitStatus(error.code)
        self.init(status, error.code.description, remedy: lines.first)
        further = lines.dropFirst().map { CLIError(status, error.code.description, remedy: $0) }
    }

    init(_ error: ManifestError) {
        let problems = error.problems.map { CLIError(.badInput, $0.what, at: $0.place, remedy: $0.remedy) }
        self = problems.first ?? CLIError(.badInput, "bad campaign file")
        further = Array(problems.dropFirst())
    }

    var description: String {
        ([what, place, remedy].compactMap { $0 }).joined(separator: ": ")
    }

    /// Lines for people, without line breaks inside and safe for a terminal.
    var lines: [String] {
        ["campaign: \(Sanitised.line(description))"] + further.flatMap(\.lines)
    }

    /// One object for programs.
    var json: JSON {
        .object([
            ("error", .string(what)), ("where", JSON(place)), ("message", JSON(remedy)),
            ("exitCode", .integer(Int64(status.rawValue))),
            ("further", further.isEmpty ? .null : .array(further.map(\.json))),
        ])
    }
}
