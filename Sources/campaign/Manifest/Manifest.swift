import CampaignDomain

/// A campaign file, decoded and checked on its own: nothing that it names has been opened yet.
struct Manifest: Hashable, Sendable {
    /// A value and where it stands, so that trouble found later can still be pinned to its line.
    struct Located<Value: Hashable & Sendable>: Hashable, Sendable {
        var value: Value
        /// `campaign.yaml:12:5`
        var place: String
    }

    var job: String
    var name: String?
    var from: String
    var envelopeSender: String?
    var replyTo: String?
    var subject: String
    /// Paths are relative to the manifest's directory until ``CampaignFile`` resolves them.
    var recipients: Located<String>
    var text: Located<String>?
    var html: Located<String>?
    var suppress: [Located<String>]
    var endpoints: [Located<String>]
    var retry: RetryPolicy
    var inDoubt: InDoubtPolicy
    /// Messages per hour; 0 is no limit.
    var ratePerHour: UInt32

    /// Every key that this version understands, in the order of the documentation.
    static let knownKeys = [
        "job", "name", "from", "envelope-sender", "reply-to", "subject", "recipients", "text", "html", "suppress",
        "endpoints", "retry", "in-doubt", "rate",
    ]
    /// Keys of the format that this version cannot honour: refused, never ignored.
    static let laterKeys = ["attachments", "unsubscribe", "dkim"]
    static let retryKeys = ["attempts", "first", "factor", "cap"]
}
