import CampaignDomain

/// What becomes of a recipient whose message a server lied about once. Words of the table in docs/SERVERS.md.
enum LieOutcome: Hashable, Sendable {
    /// Sent over the very connection.
    case sent
    /// Sent later or over another one, and charged nothing.
    case endpoint
    case deferred
    case failed(FailureKind)
    case inDoubt
    /// The endpoint was removed at once; the recipient is sent to, uncharged, once it is restored.
    case removed
}

extension LiePlan {
    /// What the table says. More than one where it depends on which of two packets comes first.
    func outcomes(_ dialect: Dialect) -> Set<LieOutcome> {
        switch step {
        case .quit: [.sent]
        // Nothing will be taken until a person has seen to the credentials.
        case .greeting where lie == .code(Replies.authentication), .hello where lie == .code(Replies.authentication):
            [.removed]
        case .greeting: lie.isHarmless ? [.sent] : [.endpoint]
        case .hello: Self.atHello(lie, dialect)
        case .reset: lie.isHarmless ? [.sent] : [.endpoint]
        case .mail, .recipient, .data: lie.isAhead ? ahead(dialect) : inEnvelope(dialect)
        case .content: inEnvelope(dialect)
        case .finalReply: atTheEnd
        }
    }

    private static func atHello(_ lie: Lie, _ dialect: Dialect) -> Set<LieOutcome> {
        // A server that does not know EHLO knows HELO; LHLO has no other.
        if case .code(let reply) = lie, reply.hasPrefix("55"), dialect != .lmtp { return [.sent] }
        return lie.isHarmless ? [.sent] : [.endpoint]
    }

    private func inEnvelope(_ dialect: Dialect) -> Set<LieOutcome> {
        if lie.isHarmless { return [.sent] }
        // The content may be on its way by the time in which the end arrives.
        let isLast = step.next(dialect) == .finalReply
        if lie == .replyThenClose, isLast { return [.endpoint, .inDoubt] }
        guard case .code(let reply) = lie else { return [.endpoint] }
        return [refused(reply)]
    }

    private var atTheEnd: Set<LieOutcome> {
        if lie.isHarmless { return [.sent] }
        switch lie {
        case .twice, .replyThenClose: return [.sent]
        // No content has left by then.
        case .early, .stray: return [.endpoint]
        case .code(let reply), .keptThough(let reply): return [refused(reply)]
        default: return [.inDoubt]
        }
    }

    /// docs: the table of replies.
    private func refused(_ reply: String) -> LieOutcome {
        switch reply {
        case Replies.greylisted: .deferred
        case Replies.unknown: .failed(step == .mail ? .policy : .unknownAddress)
        case Replies.unspecific: .failed(step == .mail ? .policy : step == .recipient ? .other : .message)
        case Replies.policy: .failed(.policy)
        case Replies.tooLarge: .failed(.message)
        case Replies.full: .failed(step == .mail ? .message : .mailboxFull)
        case Replies.authentication: .removed
        // Not a reply to this step: what went before is known not to have been taken; the content is not.
        default: step == .finalReply && !reply.hasPrefix("4") ? .inDoubt : .endpoint
        }
    }

    /// A reply that comes before its command is recognised where it must have been written before the command was, and where
    /// it leaves the later ones without sense.
    private func ahead(_ dialect: Dialect) -> Set<LieOutcome> {
        switch (dialect, lie, step) {
        case (.plain, _, _): [.endpoint]
        // The envelope travels with the message before, or a little later.
        case (_, .early, .mail): message == 0 ? [.endpoint] : [.sent, .endpoint]
        case (_, .early, _): [.sent]
        case (_, _, .mail): [.endpoint]
        // All of the group's replies are on their way at once: which of them is one too many cannot be told in time.
        case (.pipelining, _, .data), (.lmtp, _, .data), (.chunking, _, .recipient): [.failed(.unknownAddress)]
        default: [.endpoint]
        }
    }

    /// Refusals that the table knows.
    enum Replies {
        static let greylisted = "450 4.2.0 greylisted, come back"
        static let unknown = "550 5.1.1 no such mailbox"
        static let unspecific = "554 no"
        static let policy = "550 5.7.1 not from you"
        static let tooLarge = "552 5.3.4 too large"
        static let full = "552 5.2.2 mailbox full"
        static let authentication = "530 5.7.0 authentication required"
        static let leaving = "421 4.3.2 shutting down"
        static let systemFull = "452 4.3.1 disk full"
        static let intermediate = "354 go"
        static let success = "250 Ok"
        static let notACode = "600 what"

        static let all = [
            greylisted, unknown, unspecific, policy, tooLarge, full, authentication, leaving, systemFull, intermediate,
            success, notACode,
        ]
    }
}
