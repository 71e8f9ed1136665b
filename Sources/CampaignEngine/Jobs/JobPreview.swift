public import CampaignDomain
import CampaignLists
import CampaignLog
import CampaignMail

/// One rendered message of a campaign that need not be a job yet.
public struct JobPreview: Sendable {
    public enum Choice: Hashable, Sendable {
        case first
        case address(String)
        case ordinal(Ordinal)
    }

    public var ordinal: Ordinal
    public var address: String
    /// The message as it would be sent: RFC 5322, CRLF lines.
    public var message: [UInt8]

    /// Reads the list up to the chosen recipient and renders its message.
    /// - Throws: `badInput` for bad templates or rows, `inputNotFound` for files and for a recipient that is not there.
    public static func make(
        _ definition: JobDefinition, recipients: RecipientSource, choose: Choice
    ) throws(EngineError) -> JobPreview {
        do {
            let content = try JobContent(
                definition, columns: try ListColumns.read(recipients), createdAt: .current)
            guard let row = try find(choose, recipients) else {
                throw EngineError(.inputNotFound, "\(recipients.path): there is no such recipient: \(choose)")
            }
            var message: [UInt8] = []
            var scratch = RenderScratch()
            try content.render(row, key: content.key(of: row).description, scratch: &scratch, into: &message)
            return JobPreview(
                ordinal: row.ordinal, address: String(decoding: row.bytes(0), as: UTF8.self), message: message)
        } catch let error as RenderingError {
            throw EngineError(.badInput, error.reason)
        } catch {
            throw EngineError.wrapping(error)
        }
    }

    private struct Found: Error {}

    private static func find(_ choice: Choice, _ source: RecipientSource) throws -> RecipientRow? {
        var found: RecipientRow?
        let wanted: [UInt8]
        if case .address(let address) = choice {
            wanted = JobContent.normalised(Array(address.utf8)[...])
        } else {
            wanted = []
        }
        var plan = try source.plan()
        plan.mode = .skipInvalid
        plan.suppressions = []
        do {
            _ = try plan.run(
                ListImport.Sinks(
                    digest: { JobContent.digest($0) }, contentDigest: { _ in },
                    chunk: { _, bytes in
                        let chunk = try RecipientChunk(bytes)
                        found = (0..<chunk.rowsTotal).lazy.map { chunk.row($0) }.first { row in
                            switch choice {
                            case .first: true
                            case .ordinal(let ordinal): row.ordinal == ordinal
                            case .address: JobContent.normalised(row.bytes(0)) == wanted
                            }
                        }
                        // The rest of a long list need not be read.
                        if found != nil { throw Found() }
                    }, skip: { _, _ in }))
        } catch is Found {}
        return found
    }
}
