import CampaignDomain
import CampaignLog
import Crypto
import Foundation

/// A job's definition as the journal keeps it: JSON with sorted keys, templates by digest in the content table.
struct StoredDefinition: Codable, Hashable {
    var from: String
    var envelopeSender: String?
    var replyTo: String?
    var subject: String
    var textName: String?
    var textDigest: String?
    var htmlName: String?
    var htmlDigest: String?

    init(_ definition: JobDefinition) {
        from = definition.from
        envelopeSender = definition.envelopeSender
        replyTo = definition.replyTo
        subject = definition.subject
        textName = definition.text?.name
        textDigest = definition.text.map { Digest.sha256(Array($0.source.utf8)).hex }
        htmlName = definition.html?.name
        htmlDigest = definition.html.map { Digest.sha256(Array($0.source.utf8)).hex }
    }

    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }

    /// What differs, in a person's words. File names of templates do not matter, their content does.
    func differences(from stored: StoredDefinition) -> [String] {
        var found: [String] = []
        if from != stored.from { found.append("from") }
        if envelopeSender != stored.envelopeSender { found.append("envelope sender") }
        if replyTo != stored.replyTo { found.append("reply-to") }
        if subject != stored.subject { found.append("subject") }
        if textDigest != stored.textDigest { found.append("text template") }
        if htmlDigest != stored.htmlDigest { found.append("html template") }
        return found
    }
}

/// A SHA-256.
struct Digest: Hashable, Sendable {
    var bytes: [UInt8]

    static func sha256(_ bytes: [UInt8]) -> Digest { Digest(bytes: Array(SHA256.hash(data: bytes))) }

    var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    init?(hex: String) {
        guard hex.utf8.count == 64 else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in hex.unicodeScalars {
            guard let value = Character(character).hexDigitValue.map(UInt8.init) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        self.bytes = bytes
    }
}
