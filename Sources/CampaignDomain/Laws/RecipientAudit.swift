/// What the auditor keeps of one recipient: two bytes.
struct RecipientAudit: Sendable {
    enum Standing: UInt8, Sendable {
        case pending, claimed, sent, failed, skipped, inDoubt, deferred
        /// Claimed although it had been sent: a second `RecipientSent` is a second copy.
        case claimedAgain

        var isClaimed: Bool { self == .claimed || self == .claimedAgain }

        /// In a sentence: "recipient 7 was …".
        var words: String {
            switch self {
            case .pending: "pending"
            case .claimed, .claimedAgain: "claimed already"
            case .sent: "sent already"
            case .failed: "failed already"
            case .skipped: "skipped already"
            case .inDoubt: "in doubt"
            case .deferred: "deferred"
            }
        }
    }

    /// Three bits of standing, five of attempts: more than 31 attempts are kept as 31.
    private var bits: UInt8 = 0
    /// The endpoint of the last claim.
    var endpoint: EndpointIndex = 0

    var standing: Standing {
        // Three bits are always one of the eight.
        get { Standing(rawValue: bits & 0b111) ?? .pending }
        set { bits = bits & ~0b111 | newValue.rawValue }
    }

    var attempts: UInt32 {
        get { UInt32(bits >> 3) }
        set { bits = bits & 0b111 | UInt8(min(newValue, 31)) << 3 }
    }
}
