import CampaignDomain

/// How the command line writes the domain's cases: in JSON, in tables, in options.
extension SkipReason {
    var word: String {
        switch self {
        case .invalidAddress: "invalidAddress"
        case .duplicate: "duplicate"
        case .suppressed: "suppressed"
        }
    }

    /// As the end of a sentence.
    var clause: String {
        switch self {
        case .invalidAddress: "the address is not valid"
        case .duplicate: "the address is in the list more than once"
        case .suppressed: "the address is on a suppression list"
        }
    }
}

extension FailureKind {
    var word: String {
        switch self {
        case .unknownAddress: "unknownAddress"
        case .mailboxFull: "mailboxFull"
        case .message: "message"
        case .policy: "policy"
        case .attemptsExhausted: "attemptsExhausted"
        case .rendering: "rendering"
        case .other: "other"
        }
    }

    /// As the end of a sentence.
    var clause: String {
        switch self {
        case .unknownAddress: "the address does not exist"
        case .mailboxFull: "the mailbox is full"
        case .message: "the message was refused"
        case .policy: "the server refuses the sender"
        case .attemptsExhausted: "it was deferred once too often"
        case .rendering: "the message could not be rendered"
        case .other: "the server refused it"
        }
    }
}

extension DoubtVerdict {
    var word: String {
        switch self {
        case .sent: "sent"
        case .notSent: "notSent"
        case .resend: "resend"
        }
    }
}

extension RecipientPhase {
    /// As `export --outcome` and its column `outcome` write it.
    var word: String {
        switch self {
        case .pending: "pending"
        case .claimed: "claimed"
        case .sent: "sent"
        case .failed: "failed"
        case .skipped: "skipped"
        case .inDoubt: "in-doubt"
        case .deferred: "deferred"
        }
    }
}
