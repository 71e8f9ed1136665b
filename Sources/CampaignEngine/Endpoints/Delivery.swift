public import CampaignDomain
import CampaignLists
package import CampaignMail

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// One message to be handed over: who it is for, and how to make its bytes.
///
/// One reference: a copy counts up the message's own counter, and none that other messages, on other threads, count as well.
public struct Delivery: Sendable {
    final class Material: Sendable {
        let job: JobID
        let ordinal: Ordinal
        let attempts: UInt32
        let endpoint: EndpointIndex
        let generation: UInt32
        /// Which handing-out of the recipient it is.
        let handout: UInt32
        let row: RecipientRow
        let content: JobContent
        let standing: Standing

        init(
            job: JobID, ordinal: Ordinal, attempts: UInt32, endpoint: EndpointIndex, generation: UInt32,
            handout: UInt32, row: RecipientRow, content: JobContent, _ standing: Standing
        ) {
            self.job = job
            self.ordinal = ordinal
            self.attempts = attempts
            self.endpoint = endpoint
            self.generation = generation
            self.handout = handout
            self.row = row
            self.content = content
            self.standing = standing
        }
    }

    /// What the endpoint may do with it.
    enum Standing: Sendable {
        /// Make it ready, and no more.
        case prepared
        /// Its claim is durable: it may be handed over. With the ticket, where its endpoint records.
        case claimed(FlightTicket?)
        /// Say what became of it.
        case asked(ProbeQuestion?)
    }

    let material: Material

    init(_ material: Material) { self.material = material }

    public var job: JobID { material.job }
    public var ordinal: Ordinal { material.ordinal }
    /// Attempts charged before this one.
    public var attempts: UInt32 { material.attempts }
    var endpoint: EndpointIndex { material.endpoint }
    var generation: UInt32 { material.generation }
    var handout: UInt32 { material.handout }
    private var row: RecipientRow { material.row }
    private var content: JobContent { material.content }
    /// Of a claimed message of an endpoint that records.
    var flight: FlightTicket? { if case .claimed(let ticket) = material.standing { ticket } else { nil } }
    var question: ProbeQuestion? { if case .asked(let question) = material.standing { question } else { nil } }
    var isClaimed: Bool { if case .claimed = material.standing { true } else { false } }

    /// The same message with another standing.
    func with(_ standing: Standing) -> Delivery {
        Delivery(
            Material(
                job: job, ordinal: ordinal, attempts: attempts, endpoint: endpoint, generation: generation,
                handout: handout, row: row, content: content, standing))
    }

    /// The message's identity: the same for every attempt. Derived at each call (a SHA-256): keep it where it is used twice.
    #if CAMPAIGN_MUTANTS
    public var key: IdempotencyKey {
        let key = content.key(of: row)
        return Mutant.keyDependsOnAttempt.isPlanted
            ? IdempotencyKey(high: key.high ^ UInt64(attempts), low: key.low) : key
    }
    #else
    public var key: IdempotencyKey { content.key(of: row) }
    #endif

    /// The message's Message-ID without angle brackets (RFC 5322 §3.6.4): the key, and the sender's domain.
    public var messageID: String { "\(key)@\(content.messageIDDomain)" }

    /// The envelope's sender (RFC 5321 reverse-path) without angle brackets.
    public var sender: String { content.sender }

    /// The envelope's recipient as given in the list, without angle brackets.
    public var recipient: String { String(decoding: row.bytes(0), as: UTF8.self) }

    /// The envelope's recipient with its domain in ASCII (RFC 5890 A-labels), as servers want it.
    package var wireRecipient: [UInt8] {
        let bytes = Array(row.bytes(0))
        if bytes.allSatisfy({ $0 < 0x80 }) { return bytes }
        return (try? EmailAddress(bytes))?.asciiDomainForm ?? bytes
    }

    /// A recipient's column as UTF-8, or nil when the list has no such column.
    public func field(_ column: String) -> String? {
        content.columns.firstIndex(of: column).map { String(decoding: row.bytes($0), as: UTF8.self) }
    }

    /// Appends the message (RFC 5322, CRLF lines, not dot-stuffed). The same delivery always gives the same bytes.
    public func render(into message: inout [UInt8]) throws(RenderingError) {
        var scratch = RenderScratch()
        try render(into: &message, key: key.description, scratch: &scratch)
    }

    /// The same with this delivery's ``key`` in words, and working memory that the caller keeps between messages.
    package func render(
        into message: inout [UInt8], key: String, scratch: inout RenderScratch
    ) throws(RenderingError) {
        try content.render(row, key: key, scratch: &scratch, into: &message)
    }
}

/// A message that cannot be made for its recipient. The recipient fails; the job goes on.
public struct RenderingError: Error, Hashable, Sendable, CustomStringConvertible {
    public var reason: String
    public init(_ reason: String) { self.reason = reason }
    public var description: String { reason }
}
