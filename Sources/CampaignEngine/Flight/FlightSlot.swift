import CampaignDomain
import CampaignLog

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// How far a claimed message has come, as its slot tells.
enum FlightPhase: Hashable {
    /// Claimed; its end was not handed over, and cannot be without the slot's saying so first.
    case claimed
    /// Its end may have left: from here on the receiver may have it.
    case handingOver
    /// The receiver has answered with this code: 2xx has taken it, 4xx and 5xx have not.
    case answered(UInt16)
    /// Taken back by a later engine while it was `claimed`: it will not be handed over any more.
    case revoked

    /// The low 24 bits of the slot's state.
    var bits: UInt64 {
        switch self {
        case .claimed: 1
        case .handingOver: 2
        case .revoked: 3
        case .answered(let code): 4 | UInt64(code) << 8
        }
    }

    init?(bits: UInt64) {
        switch (bits & 0xFF, bits >> 8) {
        case (1, 0): self = .claimed
        case (2, 0): self = .handingOver
        case (3, 0): self = .revoked
        case (4, 0...0xFFFF): self = .answered(UInt16(truncatingIfNeeded: bits >> 8))
        default: return nil
        }
    }
}

/// Which claim a slot is about: where it stands in the log. No two claims share that, not even two of one recipient.
struct FlightClaim: Hashable {
    /// The first event of the frame that holds the claim.
    var sequence: EventSequence
    var ordinal: Ordinal
    var endpoint: EndpointIndex
}

/// One slot of a flight record: eight words, a cache line, of which three are used.
///
/// | word | |
/// |---|---|
/// | 0 | state: 40 bits of check over all of this and the record's header, code (16 bits), phase (8 bits) |
/// | 1 | sequence of the claim's frame |
/// | 2 | endpoint << 32 \| ordinal |
///
/// A phase is one store of one word, and the word proves by its check which claim it speaks of. So a slot that is half
/// written, or whose words are of two claims, is recognised: it says nothing.
final class FlightSlot: Sendable {
    static let words = 8

    let index: Int
    private let memory: SharedMemory
    private let start: Int
    private let seed: UInt64

    /// - Parameter seed: the header's checksum.
    init(_ index: Int, of memory: SharedMemory, seed: UInt64) {
        self.index = index
        self.memory = memory
        self.seed = seed
        start = FlightHeader.words + index * Self.words
    }

    /// Begins a claim. Called before the claim is in the log.
    func begin(_ claim: FlightClaim) -> FlightTicket {
        // Between the two the slot says nothing.
        memory.store(0, at: start)
        memory.store(claim.sequence, at: start + 1)
        memory.store(UInt64(claim.endpoint) << 32 | UInt64(claim.ordinal), at: start + 2)
        let ticket = FlightTicket(slot: self, binding: binding(claim))
        memory.store(ticket.state(.claimed), at: start)
        return ticket
    }

    func replace(_ expected: UInt64, with state: UInt64) -> Bool {
        memory.replace(expected, with: state, at: start)
    }

    func store(_ state: UInt64) { memory.store(state, at: start) }

    /// The claim that the slot is about and its ticket; nil when it is empty or damaged.
    func read() -> (claim: FlightClaim, phase: FlightPhase, ticket: FlightTicket)? {
        let state = memory.load(start)
        let sequence = memory.load(start + 1)
        let place = memory.load(start + 2)
        guard let phase = FlightPhase(bits: state & FlightTicket.phaseMask),
            let endpoint = EndpointIndex(exactly: place >> 32)
        else { return nil }
        let claim = FlightClaim(
            sequence: sequence, ordinal: Ordinal(truncatingIfNeeded: place), endpoint: endpoint)
        let ticket = FlightTicket(slot: self, binding: binding(claim))
        #if CAMPAIGN_MUTANTS
        if Mutant.slotNotChecked.isPlanted { return (claim, phase, ticket) }
        #endif
        return ticket.state(phase) == state ? (claim, phase, ticket) : nil
    }

    private func binding(_ claim: FlightClaim) -> UInt64 {
        FlightTicket.mix(
            FlightTicket.mix(seed, claim.sequence), UInt64(claim.endpoint) << 32 | UInt64(claim.ordinal))
    }
}

/// The right to say of one claim how far it has come. Kept with its delivery.
///
/// It remembers the claim: one that is used after its slot was given to another claim leaves a slot that says nothing.
struct FlightTicket: Sendable {
    let slot: FlightSlot
    let binding: UInt64

    static let phaseMask: UInt64 = 0xFF_FFFF

    /// The state's word. Each claim has its own word for each phase.
    func state(_ phase: FlightPhase) -> UInt64 {
        Self.mix(binding, phase.bits) & ~Self.phaseMask | phase.bits
    }

    /// To be called before the step after which the receiver may have the message. False: it was taken back, and must not be
    /// handed over.
    func handOver() -> Bool { slot.replace(state(.claimed), with: state(.handingOver)) }

    func answer(_ code: UInt16) { slot.store(state(.answered(code))) }

    /// A later engine takes the message back; false when it is too late.
    func revoke() -> Bool {
        #if CAMPAIGN_MUTANTS
        if Mutant.takenBackInWordsOnly.isPlanted { return true }
        #endif
        return slot.replace(state(.claimed), with: state(.revoked))
    }

    /// Multiplies to 128 bits and folds: each bit of the result depends on all bits of both.
    static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = (left ^ 0x9E37_79B1_85EB_CA87).multipliedFullWidth(by: right ^ 0xC2B2_AE3D_27D4_EB4F)
        return product.high ^ product.low
    }
}
