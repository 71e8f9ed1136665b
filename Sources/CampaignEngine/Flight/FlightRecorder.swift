import CampaignDomain
import CampaignLog

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// The flight record of one run as its engine writes it. Confined to the log thread; the tickets it hands out are not.
///
/// A slot is taken before its claim is committed and given back after its outcome is: whenever the process dies, each
/// claim that the log shows without outcome has a slot of its own, or was never heard of by an endpoint.
struct FlightRecorder {
    private let slots: [FlightSlot]
    private var free: [Int]
    /// Of claims that are about to be committed or carried out.
    private var tickets: [Ordinal: (slot: Int, ticket: FlightTicket)] = [:]
    /// Slots of outcomes that are about to be committed.
    private var released: [Int] = []

    /// - Parameter inHand: messages that the run's endpoints may have in hand at once.
    init(_ name: FlightName, inHand: Int, on deck: any FlightDeck) throws(LogError) {
        // Twice as many: a lane's next claim may share the commit with its last outcome.
        let count = min(2 * inHand, FlightHeader.slotsMax)
        let memory = try deck.create(name, words: FlightHeader.words + count * FlightSlot.words)
        let header = FlightHeader(name: name, place: deck.place, slots: count, fileNumber: memory.fileNumber)
        header.write(to: memory)
        let seed = header.checksum
        slots = (0..<count).map { FlightSlot($0, of: memory, seed: seed) }
        free = Array((0..<count).reversed())
    }

    /// A claim is about to be committed in the frame that begins with `sequence`. Without a free slot it goes unrecorded, and
    /// would be in doubt after a crash.
    mutating func begin(_ ordinal: Ordinal, _ endpoint: EndpointIndex, frame sequence: EventSequence) {
        guard let slot = free.popLast() else { return }
        let ticket = slots[slot].begin(FlightClaim(sequence: sequence, ordinal: ordinal, endpoint: endpoint))
        tickets[ordinal] = (slot, ticket)
    }

    func isBegun(_ ordinal: Ordinal) -> Bool { tickets[ordinal] != nil }

    /// The ticket of a claim that is carried out now.
    mutating func take(_ ordinal: Ordinal) -> FlightTicket? { tickets.removeValue(forKey: ordinal)?.ticket }

    /// A claim has an outcome, which is about to be committed. Without a ticket it was not carried out yet.
    mutating func end(_ ordinal: Ordinal, _ ticket: FlightTicket?) {
        guard let slot = ticket?.slot.index ?? tickets.removeValue(forKey: ordinal)?.slot else { return }
        #if CAMPAIGN_MUTANTS
        if Mutant.slotFreedBeforeCommit.isPlanted { return free.append(slot) }
        #endif
        released.append(slot)
    }

    /// Everything so far is durable.
    mutating func committed() {
        free.append(contentsOf: released)
        released.removeAll(keepingCapacity: true)
    }
}
