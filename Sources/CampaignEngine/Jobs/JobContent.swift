import CampaignDomain
import CampaignLists
import CampaignLog
import CampaignMail
import Crypto
import Foundation

/// What is needed to make a job's messages: compiled once, shared by all lanes.
final class JobContent: Sendable {
    let columns: [String]
    let sender: String
    private let jobKey: [UInt8]
    private let revision: UInt32
    private let renderer: MessageRenderer

    init(
        terms: JobTerms, createdAt: Timestamp, columns: [String], from: String, envelopeSender: String?,
        replyTo: String?,
        subject: String, text: Template?, html: Template?
    ) throws(EngineError) {
        self.columns = columns
        jobKey = Array(terms.key.utf8)
        revision = terms.revision
        do throws(TemplateError) {
            renderer = try MessageRenderer(
                MessageSource(
                    from: from, replyTo: replyTo, subject: subject, text: text?.source, html: html?.source,
                    textName: text?.name ?? "text", htmlName: html?.name ?? "html"),
                columns: columns, date: createdAt.milliseconds / 1000, messageIDDomain: nil)
        } catch {
            throw EngineError(.badInput, "\(error)")
        }
        let given = envelopeSender ?? renderer.senderAddress
        do throws(EmailAddressError) {
            sender = String(decoding: try EmailAddress(given).asciiDomainForm, as: UTF8.self)
        } catch {
            throw EngineError(.badInput, "envelope sender \(given): \(error)")
        }
    }

    /// Reads a job's definition and templates from the journal.
    convenience init(_ state: JobState, _ store: any EventStore) throws(EngineError) {
        let definition = try DefinitionStore.load(state.terms, store)
        try self.init(
            terms: state.terms, createdAt: state.createdAt, columns: state.columns, from: definition.from,
            envelopeSender: definition.envelopeSender, replyTo: definition.replyTo, subject: definition.subject,
            text: try DefinitionStore.template(definition.textDigest, definition.textName, store),
            html: try DefinitionStore.template(definition.htmlDigest, definition.htmlName, store))
    }

    var variables: [String] { renderer.variables }

    func key(of row: RecipientRow) -> IdempotencyKey { key(address: row.bytes(0)) }

    func key(address: ArraySlice<UInt8>) -> IdempotencyKey {
        let normalised = Self.normalised(address)
        return Self.key(jobKey: jobKey, address: normalised, revision: revision)
    }

    /// The form that duplicates and keys are judged by; an address that is none stays as it is.
    static func normalised(_ address: ArraySlice<UInt8>) -> [UInt8] {
        let bytes = Array(address)
        return (try? EmailAddress(bytes))?.normalised ?? bytes
    }

    /// The first 16 bytes of the SHA-256 over the preimage.
    static func key(jobKey: [UInt8], address: [UInt8], revision: UInt32) -> IdempotencyKey {
        let digest = SHA256.hash(data: IdempotencyKey.preimage(job: jobKey, address: address, revision: revision))
        return unsafe digest.withUnsafeBytes { bytes in
            IdempotencyKey(
                high: UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    func render(
        _ row: RecipientRow, scratch: inout RenderScratch, into message: inout [UInt8]
    ) throws(RenderingError) {
        do {
            try renderer.render(row, key: key(of: row).description, scratch: &scratch, into: &message)
        } catch {
            throw RenderingError("\(error)")
        }
    }
}
