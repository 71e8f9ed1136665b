import CampaignLists
import CampaignMail

/// What a check of a campaign found, without creating anything.
public struct DefinitionCheck: Hashable, Sendable {
    public var columns: [String]
    /// Columns that the templates use.
    public var variables: [String]
    public var rows: UInt32
    public var duplicates: Int
    public var suppressed: Int
    /// The first rows that cannot be sent to, as `file:line:column: reason`; empty unless invalid rows are skipped.
    public var invalid: [String]
    public var invalidTotal: Int
    /// Recipients that would be sent to.
    public var sendable: Int { Int(rows) - duplicates - suppressed - invalidTotal }

    private static let namedMax = 20

    /// Reads everything: templates, all rows, suppression lists.
    /// - Throws: `badInput` with file, line, column and reason; `inputNotFound`.
    public static func run(
        _ definition: JobDefinition, recipients: RecipientSource
    ) throws(EngineError) -> DefinitionCheck {
        do {
            let columns = try ListColumns.read(recipients)
            let content = try JobContent(definition, columns: columns, createdAt: .current)
            var invalid: [String] = []
            let outcome = try recipients.plan().run(
                ListImport.Sinks(
                    digest: { JobContent.digest($0) }, contentDigest: { _ in }, chunk: { _, _ in },
                    skip: { _, reason in
                        if case .invalidAddress(let text) = reason, invalid.count < namedMax { invalid.append(text) }
                    }))
            return DefinitionCheck(
                columns: columns, variables: content.variables, rows: outcome.rowsTotal,
                duplicates: outcome.duplicatesTotal, suppressed: outcome.suppressedTotal, invalid: invalid,
                invalidTotal: outcome.invalidTotal)
        } catch {
            throw EngineError.wrapping(error)
        }
    }
}
