import CampaignDomain
import CampaignLog

#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// What the flight records of earlier engines tell of the claims that a crash has left open.
///
/// Evidence is only what a whole slot says of this very claim, in a record of this journal, machine and boot. Everything
/// else leaves the claim to the endpoint's probe, and to doubt.
enum FlightEvidence {
    /// The evidence by recipient. What is said to be not sent is taken back from the engine that claimed it: should that be
    /// alive after all, it will not hand the message over.
    static func gather(
        _ state: JobState, _ store: any EventStore, _ deck: any FlightDeck
    ) throws(EngineError) -> [Ordinal: ClaimEvidence] {
        guard state.tally.claimed > 0 else { return [:] }
        var records: [UInt64: [FlightClaim: (FlightPhase, FlightTicket)]] = [:]
        for name in deck.names(of: state.id) { records[name.epoch] = read(name, deck) }
        guard let oldest = records.keys.min() else { return [:] }
        var evidence: [Ordinal: ClaimEvidence] = [:]
        let open = state.recipients.ordinals(in: .claimed)
        let claims = try NewestClaims.find(open, of: state.id, in: store, sinceEpoch: oldest)
        for ordinal in open {
            guard let found = claims[ordinal], found.claim.endpoint == state.recipients.endpoint(ordinal) else {
                continue
            }
            let (claim, epoch) = (found.claim, found.epoch)
            #if CAMPAIGN_MUTANTS
            if Mutant.staleSlotBelieved.isPlanted,
                let (phase, ticket) = records.values.lazy.compactMap({ record in
                    record.first { $0.key.ordinal == claim.ordinal }?.value
                }).first
            {
                evidence[claim.ordinal] = ClaimEvidence(phase, ticket)
                continue
            }
            #endif
            guard let (phase, ticket) = records[epoch]?[claim] else { continue }
            evidence[claim.ordinal] = ClaimEvidence(phase, ticket)
        }
        return evidence
    }

    /// What the whole slots of a record say; nothing of a record that is not of this place.
    private static func read(
        _ name: FlightName, _ deck: any FlightDeck
    ) -> [FlightClaim: (FlightPhase, FlightTicket)] {
        guard let memory = deck.open(name) else { return [:] }
        let count = (memory.count - FlightHeader.words) / FlightSlot.words
        guard count > 0, count <= FlightHeader.slotsMax else { return [:] }
        let header = FlightHeader(name: name, place: deck.place, slots: count, fileNumber: memory.fileNumber)
        #if CAMPAIGN_MUTANTS
        let believes = Mutant.otherBootBelieved.isPlanted
        guard header.isOf(memory) || believes else { return [:] }
        let seed = believes ? memory.load(FlightHeader.words - 1) : header.checksum
        #else
        guard header.isOf(memory) else { return [:] }
        let seed = header.checksum
        #endif
        var found: [FlightClaim: (FlightPhase, FlightTicket)] = [:]
        for index in 0..<count {
            guard let (claim, phase, ticket) = FlightSlot(index, of: memory, seed: seed).read() else {
                continue
            }
            found[claim] = (phase, ticket)
        }
        return found
    }
}

extension ClaimEvidence {
    init(_ phase: FlightPhase, _ ticket: FlightTicket) {
        switch phase {
        case .claimed:
            // In one step with the look at it: a process that hangs must not go on with it afterwards.
            self = ticket.revoke() ? .notHandedOver : .handedOver
        case .revoked: self = .notHandedOver
        case .handingOver: self = .handedOver
        case .answered(let code): self.init(code: code)
        }
    }

    private init(code: UInt16) {
        switch code {
        case 200...299:
            self.init(.accepted, "\(code), by the flight record; the reply's text was lost with the engine")
        case 400...599:
            self.init(.notAccepted, "the receiver had answered \(code), by the flight record")
        default: self.init(.unknown, "the receiver had answered \(code), by the flight record")
        }
    }

    private static let notHandedOver = ClaimEvidence(
        .notAccepted, "not handed over when the engine ended, by the flight record")
    private static let handedOver = ClaimEvidence(
        .unknown, "the engine ended between the hand-over and the reply, by the flight record")
}
