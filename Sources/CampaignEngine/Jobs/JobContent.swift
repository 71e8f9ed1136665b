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
    /// What the preimage of each key of this job begins with.
    private let keyPrefix: [UInt8]
    private let renderer: MessageRenderer

    init(
        terms: JobTerms, createdAt: Timestamp, columns: [String], from: String, envelopeSender: String?,
        replyTo: String?,
        subject: String, text: Template?, html: Template?
    ) throws(EngineError) {
        self.columns = columns
        keyPrefix = IdempotencyKey.preimagePrefix(job: terms.key.utf8, revision: terms.revision)
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
    /// The right-hand side of each Message-ID.
    var messageIDDomain: String { renderer.messageIDDomain }

    func key(of row: RecipientRow) -> IdempotencyKey {
        Self.key(prefix: keyPrefix, address: row.bytes(0).span)
    }

    /// The key of an address as it stands in a list.
    static func key(prefix: [UInt8], address: Span<UInt8>) -> IdempotencyKey {
        var preimage = prefix
        preimage.reserveCapacity(prefix.count + address.count)
        appendNormalised(address, to: &preimage)
        return key(preimage: preimage)
    }

    /// The form that duplicates and keys are judged by; an address that is none stays as it is.
    static func normalised(_ address: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        appendNormalised(address.span, to: &bytes)
        return bytes
    }

    private static func appendNormalised(_ address: Span<UInt8>, to bytes: inout [UInt8]) {
        if let form = try? AddressForm(address) {
            form.appendNormalised(address, to: &bytes)
        } else {
            for index in address.indices { bytes.append(address[index]) }
        }
    }

    /// The first 16 bytes of the SHA-256 over a preimage.
    static func key(preimage: [UInt8]) -> IdempotencyKey {
        let digest = SHA256.hash(data: preimage)
        return unsafe digest.withUnsafeBytes { bytes in
            IdempotencyKey(
                high: UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                low: UInt64(bigEndian: unsafe bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    func render(
        _ row: RecipientRow, key: String, scratch: inout RenderScratch, into message: inout [UInt8]
    ) throws(RenderingError) {
        do {
            try renderer.render(row, key: key, scratch: &scratch, into: &message)
        } catch {
            throw RenderingError("\(error)")
        }
    }
}
