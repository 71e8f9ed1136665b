/// What happens to a recipient and to a message: the options' refusals and faults, counted over all connections.
final class MessagePolicy {
    enum Fate {
        case accept
        /// Recorded, and the connection cut without a reply.
        case recordAndDrop
        /// Cut without being recorded.
        case drop
        /// Recorded, and the process ends.
        case recordAndDie
    }

    private let options: ServerOptions
    private var attempts: [[UInt8]: Int] = [:]
    private var messageCount = 0
    private var recordedCount = 0
    private var randomState: UInt64

    init(options: ServerOptions) {
        self.options = options
        randomState = options.seed
    }

    /// The reply that refuses a recipient; nil takes it.
    func refusal(of recipient: [UInt8]) -> String? {
        for refusal in options.refusals where recipient.contains(refusal.substring) { return refusal.reply }
        guard options.deferredAttempts > 0 else { return nil }
        attempts[recipient, default: 0] += 1
        return attempts[recipient, default: 0] <= options.deferredAttempts ? "450 4.7.1 Greylisted, try again" : nil
    }

    /// Decides about a message whose final dot has arrived.
    func nextFate() -> Fate {
        messageCount += 1
        if options.dropBeforeRecordEvery > 0, messageCount % options.dropBeforeRecordEvery == 0 { return .drop }
        recordedCount += 1
        if options.dieAfter > 0, recordedCount >= options.dieAfter { return .recordAndDie }
        if options.dropAfterDotEvery > 0, recordedCount % options.dropAfterDotEvery == 0 { return .recordAndDrop }
        if options.dropBeforeReplyProbability > 0, nextUnit() < options.dropBeforeReplyProbability {
            return .recordAndDrop
        }
        return .accept
    }

    /// The next number of SplitMix64, in 0..<1.
    private func nextUnit() -> Double {
        randomState &+= 0x9E37_79B9_7F4A_7C15
        var mixed = randomState
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }
}
