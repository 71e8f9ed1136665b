package import CampaignDomain

/// A campaign file, decoded and checked on its own: nothing that it names has been opened yet.
package struct Manifest: Hashable, Sendable {
    /// A value and where it stands, so that trouble found later can still be pinned to its line.
    package struct Located<Value: Hashable & Sendable>: Hashable, Sendable {
        package var value: Value
        /// `campaign.yaml:12:5`
        package var place: String
    }

    package var job: String
    package var name: String?
    package var from: String
    package var envelopeSender: String?
    package var replyTo: String?
    package var subject: String
    /// Paths are relative to the manifest's directory until whoever opens the files resolves them.
    package var recipients: Located<String>
    package var text: Located<String>?
    package var html: Located<String>?
    package var suppress: [Located<String>]
    package var endpoints: [Located<String>]
    package var retry: RetryPolicy
    package var inDoubt: InDoubtPolicy
    /// Messages per hour; 0 is no limit.
    package var ratePerHour: UInt32
    /// Limits by mail domain.
    package var destinations: DestinationLimits

    /// Every key that this version understands, in the order of the documentation.
    static let knownKeys = [
        "job", "name", "from", "envelope-sender", "reply-to", "subject", "recipients", "text", "html", "suppress",
        "endpoints", "retry", "in-doubt", "rate", "domains",
    ]
    /// Keys of the format that this version cannot honour: refused, never ignored.
    static let laterKeys = ["attachments", "unsubscribe", "dkim"]
    static let domainKeys = ["concurrency", "rate"]
    /// Among the domains: each that is not named.
    static let domainDefault = "default"
    static let retryKeys = ["attempts", "first", "factor", "cap"]
}
