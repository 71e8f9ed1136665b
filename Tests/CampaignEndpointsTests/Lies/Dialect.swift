/// What a server of the tests offers.
enum Dialect: Hashable, Sendable, CaseIterable {
    case plain, pipelining, chunking
    /// With PIPELINING (RFC 2033).
    case lmtp

    var scheme: String { self == .lmtp ? "lmtp" : "smtp" }

    var helloLines: [String] {
        switch self {
        case .plain: ["mx"]
        case .pipelining, .lmtp: ["mx", "PIPELINING"]
        case .chunking: ["mx", "PIPELINING", "CHUNKING"]
        }
    }
}

/// Where in a session a server speaks.
enum DialogueStep: Hashable, Sendable, CaseIterable {
    case greeting, hello, reset, mail, recipient, data
    /// While the content is on its way, after ``LyingSession/contentHeardBytes``.
    case content
    case finalReply, quit

    /// What a server is asked next when all goes well, in the message after it where `finalReply` ends one.
    func next(_ dialect: Dialect) -> DialogueStep {
        switch self {
        case .greeting: .hello
        case .hello, .reset, .finalReply: .mail
        case .mail: .recipient
        case .recipient: dialect == .chunking ? .finalReply : .data
        case .data, .content: .finalReply
        case .quit: .quit
        }
    }
}
