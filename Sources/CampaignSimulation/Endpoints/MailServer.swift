import CampaignDomain

/// A mail server somewhere else: it outlives every crash of the engine, and knows best what it has accepted.
final class MailServer {
    /// What becomes of a message whose last byte has arrived, or of the attempt to get that far.
    enum Answer {
        case accepted
        case deferred(String)
        case throttled(String)
        case rejected(FailureKind, String)
        /// The connection ends before the message was handed over.
        case droppedBefore
        /// The connection ends after the message was handed over and before the reply.
        case droppedAfter(accepted: Bool)
        case refused
        /// No answer: the client gives up after its time-out.
        case silent(handedOver: Bool, accepted: Bool)
        /// It will never take anything from us.
        case hopeless
    }

    let options: SimulationOptions.Server
    private unowned let world: World
    private(set) var downUntil: Int64 = .min
    private(set) var isGoneForGood = false
    /// When each address was first deferred for being unknown: accepted five minutes later.
    private var greyed: [String: Int64] = [:]

    static let silenceMilliseconds: Int64 = 300_000
    private static let greylistMilliseconds: Int64 = 300_000

    init(_ options: SimulationOptions.Server, _ world: World) {
        self.options = options
        self.world = world
    }

    var isDown: Bool { isGoneForGood || world.time < downUntil }

    /// Trouble that begins by itself.
    func age() {
        guard !isDown, world.random.network.chance(perMille: world.rate(.serverDown)) else { return }
        downUntil = world.time + world.random.network.within(1...3_600_000)
        world.note("\(options.name) goes down until \(downUntil)")
        if world.random.network.chance(perMille: world.rate(.serverGoneForGood)) {
            isGoneForGood = true
            world.note("\(options.name) will not come back")
        }
    }

    func setDown(until end: Int64) { downUntil = end }

    /// Faults end; what is gone for good stays gone.
    func heal() { downUntil = .min }

    func latency() -> Int64 {
        if world.random.network.chance(perMille: world.rate(.slowness)) {
            return world.random.network.within(1_000...200_000)
        }
        return world.random.network.within(options.latency)
    }

    /// Whether it can be reached at all.
    func check() -> EndpointFault? {
        if isGoneForGood, world.random.network.chance(perMille: 300) { return EndpointFault(.hopeless, "535 no") }
        if isDown { return EndpointFault(.unavailable, "connection refused") }
        if chance(.refusal) { return EndpointFault(.unavailable, "421 too busy") }
        return nil
    }

    func answer(to address: String) -> Answer {
        if isGoneForGood, world.random.network.chance(perMille: 100) { return .hopeless }
        if isDown || chance(.refusal) { return .refused }
        if let answer = world.script?.answer(to: address) { return answer }
        if chance(.dropBeforeDot) { return .droppedBefore }
        if chance(.hang) {
            let handedOver = world.random.network.chance(perMille: 500)
            return .silent(handedOver: handedOver, accepted: handedOver && world.random.network.chance(perMille: 500))
        }
        if isGrey(address) { return .deferred("451 4.7.1 greylisted") }
        if chance(.throttling) { return .throttled("451 4.7.0 too much") }
        if chance(.temporaryFailure) { return .deferred("451 4.3.0 later") }
        if chance(.rejection) {
            let kinds: [FailureKind] = [.unknownAddress, .mailboxFull, .message, .other]
            return .rejected(kinds[world.random.network.below(kinds.count)], "550 5.1.1 no")
        }
        if chance(.policyRejection) { return .rejected(.policy, "550 5.7.1 not you") }
        if chance(.dropAfterDot) { return .droppedAfter(accepted: false) }
        if chance(.replyLost) { return .droppedAfter(accepted: true) }
        return .accepted
    }

    private func isGrey(_ address: String) -> Bool {
        guard world.rate(.greylist) > 0, !world.isHealed else { return false }
        if let first = greyed[address] { return world.time < first + Self.greylistMilliseconds }
        guard chance(.greylist) else { return false }
        greyed[address] = world.time
        return true
    }

    private func chance(_ fault: Fault) -> Bool { world.random.network.chance(perMille: world.rate(fault)) }
}
