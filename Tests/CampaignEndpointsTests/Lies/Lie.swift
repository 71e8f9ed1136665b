/// What a server does instead of answering as it should.
enum Lie: Hashable, Sendable {
    // Nothing is wrong but the manner.
    /// Byte by byte, each in a write of its own.
    case split
    case late
    case eightBitText
    /// A reply of five hundred lines.
    case longReply
    case bareLineFeeds

    // No reply.
    case close
    case reset
    case stall
    /// The first bytes of the reply, and then the end.
    case cut

    // What is no reply.
    case garbage
    case eightBitJunk
    case endlessReply
    case endlessLine
    case codeChanged

    // A reply at the wrong time.
    case twice
    /// With the reply before it, and never again.
    case early
    /// One reply too many, with the reply before it.
    case stray
    case replyThenClose

    /// Another reply, and that honestly: a message that is refused is not kept.
    case code(String)
    /// A refusal of a message that is kept all the same.
    case keptThough(String)

    static let strayReply = "550 5.1.1 stray\r\n"

    /// A reply without a command: it comes with the reply before.
    var isAhead: Bool { self == .early || self == .stray }

    /// Whether the answer means what it should.
    var isHarmless: Bool {
        switch self {
        case .split, .late, .eightBitText, .longReply, .bareLineFeeds: true
        default: false
        }
    }

    /// Whether the server ends up with a message that it does this about, when it comes at the end.
    var keepsMessage: Bool {
        switch self {
        case .code(let reply): reply.hasPrefix("2")
        default: true
        }
    }
}

/// When a session lies.
struct LiePlan: Hashable, Sendable {
    var lie: Lie
    var step: DialogueStep
    /// Of which message, by its MAIL, from 0; of no meaning at greeting, hello and quit.
    var message = 0
}
