/// One campaign of a storm and the server that lies to it, drawn from a seed.
struct LieWorld: Sendable, CustomStringConvertible {
    let seed: UInt64
    let number: Int
    let dialect: Dialect
    let recipients: Int
    let options: String
    /// The server gives no more connections than these.
    let connectionsMax: Int
    /// The engine is stopped without patience when so many connections were made, and another goes on; nil if it is not.
    let connectionsBeforeRestart: Int?
    /// Connections after this many are served honestly, so that every storm ends.
    private let liesMax = 4000

    var description: String {
        "LIE_SEED=\(seed), world \(number): \(dialect), \(recipients) recipients, \(options), at most \(connectionsMax)"
    }

    init(seed: UInt64, number: Int) {
        self.seed = seed
        self.number = number
        var dice = LieDice(seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
        dialect = dice.pick(Dialect.allCases)
        recipients = 100 + dice.below(300)
        let connections = 1 + dice.below(8)
        var options = "connections=\(connections)&retry-interval=1ms"
        if dice.chance(2) { options += "&slow-start=off" }
        if dice.chance(4) { options += "&per-connection=\(1 + dice.below(5))" }
        if dice.chance(4) { options += "&idle=1ms" }
        if dice.chance(2) { options += "&claims-ahead=\(2 + dice.below(4))" }
        self.options = options
        connectionsBeforeRestart = dice.chance(2) ? 1 + dice.below(80) : nil
        connectionsMax = dice.chance(4) ? 1 + dice.below(connections) : .max
    }

    /// What the connection of this number does wrong: the same for the same seed, whatever else happens. Message after message
    /// is lied about, until a lie ends the session, or leaves its replies without sense.
    func plans(_ connection: Int) -> [LiePlan] {
        guard connection < liesMax else { return [] }
        var dice = LieDice(seed &+ UInt64(number) &* 1_000_003 &+ UInt64(connection) &* 0xD129_0677_9B1F_2DC5)
        if dice.chance(12) {
            return [LiePlan(lie: Self.grave(&dice), step: dice.pick([.greeting, .hello, .reset, .quit]))]
        }
        var plans: [LiePlan] = []
        for message in 0..<8 {
            let step = dice.pick(Self.steps)
            if dice.chance(2) {
                plans.append(LiePlan(lie: Self.grave(&dice), step: step, message: message))
                break
            }
            plans.append(LiePlan(lie: Self.light(&dice, step), step: step, message: message))
        }
        return plans
    }

    private static let steps: [DialogueStep] = [.mail, .recipient, .data, .finalReply, .finalReply]

    private static func grave(_ dice: inout LieDice) -> Lie {
        // Each costs the time that it takes to run out.
        if dice.chance(40) { return .stall }
        return dice.chance(8) ? .code(dice.pick(LiePlan.Replies.all)) : dice.pick(lies)
    }

    /// After which the session goes on.
    private static func light(_ dice: inout LieDice, _ step: DialogueStep) -> Lie {
        if dice.chance(2) { return dice.pick([.split, .late, .eightBitText, .longReply, .bareLineFeeds]) }
        let reply = dice.pick(refusals)
        return step == .finalReply && dice.chance(3) ? .keptThough(reply) : .code(reply)
    }

    private static let refusals = [
        LiePlan.Replies.greylisted, LiePlan.Replies.unknown, LiePlan.Replies.unspecific, LiePlan.Replies.systemFull,
    ]

    private static let lies: [Lie] = [
        .close, .reset, .cut, .garbage, .eightBitJunk, .endlessReply, .endlessLine, .codeChanged, .twice, .early,
        .stray,
        .replyThenClose,
    ]
}

/// SplitMix64, with what a storm draws.
struct LieDice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    /// True once in so many times.
    mutating func chance(_ oneIn: Int) -> Bool { below(oneIn) == 0 }
    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}
