public import CampaignDomain

/// A campaign: what to say, to whom, under which key.
public struct JobDefinition: Hashable, Sendable {
    /// The job's own idempotency key: creating it twice with the same content gives the same job. 1 to 255 bytes.
    public var key: String
    /// For people.
    public var name: String
    /// `"Shop <shop@example.com>"`: the From header; its address is the envelope's sender unless `envelopeSender` is set.
    public var from: String
    public var envelopeSender: String?
    public var replyTo: String?
    /// A template over the list's columns.
    public var subject: String
    public var text: Template?
    public var html: Template?
    public var retry: RetryPolicy
    public var inDoubt: InDoubtPolicy
    /// Messages per hour over all endpoints; 0 is no limit.
    public var ratePerHour: UInt32

    public init(
        key: String, name: String? = nil, from: String, envelopeSender: String? = nil, replyTo: String? = nil,
        subject: String, text: Template? = nil, html: Template? = nil, retry: RetryPolicy = RetryPolicy(),
        inDoubt: InDoubtPolicy = .hold, ratePerHour: UInt32 = 0
    ) {
        self.key = key
        self.name = name ?? key
        self.from = from
        self.envelopeSender = envelopeSender
        self.replyTo = replyTo
        self.subject = subject
        self.text = text
        self.html = html
        self.retry = retry
        self.inDoubt = inDoubt
        self.ratePerHour = ratePerHour
    }
}

/// A mustache template and where it came from, for error messages.
public struct Template: Hashable, Sendable {
    public var source: String
    public var name: String

    public init(_ source: String, name: String) {
        self.source = source
        self.name = name
    }
}

/// Where the recipients are read from, once, when the job is created.
public struct RecipientSource: Hashable, Sendable {
    /// A CSV (`.csv`) or JSON Lines (`.jsonl`, `.ndjson`) file with an `email` column.
    public var path: String
    /// Files of addresses never to be sent to: CSV with an `email` column, or one address per line.
    public var suppressionPaths: [String]
    /// Bad rows become skipped recipients instead of refusing the list.
    public var skipsInvalid: Bool

    public init(path: String, suppressionPaths: [String] = [], skipsInvalid: Bool = false) {
        self.path = path
        self.suppressionPaths = suppressionPaths
        self.skipsInvalid = skipsInvalid
    }
}
