import CampaignDomain
import CampaignLog
import Foundation

/// Definitions and templates in the content table, by their SHA-256. What is read back is hashed again.
enum DefinitionStore {
    /// What to write before a job with this definition is created.
    static func puts(_ definition: JobDefinition) throws -> (digest: Digest, puts: [TablePut]) {
        let encoded = try StoredDefinition(definition).encoded()
        let blobs = [encoded] + [definition.text, definition.html].compactMap { $0.map { Array($0.source.utf8) } }
        let puts = blobs.map { TablePut(table: .content, key: .bytes(Digest.sha256($0).bytes), value: $0) }
        return (Digest.sha256(encoded), puts)
    }

    static func load(_ terms: JobTerms, _ store: any EventStore) throws(EngineError) -> StoredDefinition {
        let bytes = try blob(Digest(bytes: terms.definitionDigest), "definition", store)
        do {
            return try JSONDecoder().decode(StoredDefinition.self, from: Foundation.Data(bytes))
        } catch {
            throw EngineError(.journalCorrupt, "the definition of job \(terms.key) cannot be read: \(error)")
        }
    }

    static func template(_ hex: String?, _ name: String?, _ store: any EventStore) throws(EngineError) -> Template? {
        guard let hex else { return nil }
        guard let digest = Digest(hex: hex) else {
            throw EngineError(.journalCorrupt, "a template's digest is not a SHA-256: \(hex)")
        }
        return Template(
            String(decoding: try blob(digest, name ?? "template", store), as: UTF8.self), name: name ?? "template")
    }

    private static func blob(_ digest: Digest, _ what: String, _ store: any EventStore) throws(EngineError) -> [UInt8] {
        let found: [UInt8]?
        do {
            found = try store.value(.content, .bytes(digest.bytes))
        } catch {
            throw EngineError(error)
        }
        guard let found, Digest.sha256(found) == digest else {
            throw EngineError(.journalCorrupt, "the job's \(what) (SHA-256 \(digest.hex)) is missing or damaged")
        }
        return found
    }
}
