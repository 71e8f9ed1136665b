import CampaignLog
import Testing

@testable import CampaignEngine

@Suite("A slot of the flight record")
struct FlightSlotTests {
    private let memory = SharedMemory(words: FlightHeader.words + 2 * FlightSlot.words)
    private let claim = FlightClaim(sequence: 4711, ordinal: 7, endpoint: 3)

    private func slot(_ index: Int = 0, seed: UInt64 = 1) -> FlightSlot { FlightSlot(index, of: memory, seed: seed) }

    @Test("claimed, handing over, answered: each phase can be read, and says which claim it is about")
    func phases() throws {
        #expect(slot().read() == nil)
        let ticket = slot().begin(claim)
        #expect(slot().read()?.phase == .claimed && slot().read()?.claim == claim)
        #expect(ticket.handOver())
        #expect(slot().read()?.phase == .handingOver && slot().read()?.claim == claim)
        for code: UInt16 in [250, 421, 554, 0, 999] {
            ticket.answer(code)
            #expect(slot().read()?.phase == .answered(code) && slot().read()?.claim == claim)
        }
        #expect(slot(1).read() == nil)
    }

    @Test("a message that was taken back is not handed over, and one that is being handed over is not taken back")
    func takenBack() {
        let ticket = slot().begin(claim)
        let reader = slot().read()
        #expect(reader?.ticket.revoke() == true)
        #expect(slot().read()?.phase == .revoked)
        #expect(!ticket.handOver())
        #expect(reader?.ticket.revoke() == false, "once")

        let other = slot(1).begin(claim)
        #expect(other.handOver())
        #expect(slot(1).read()?.ticket.revoke() == false)
        #expect(slot(1).read()?.phase == .handingOver)
    }

    @Test("a slot with any bit of it wrong says nothing")
    func torn() {
        let ticket = slot().begin(claim)
        for phase in [FlightPhase.claimed, .handingOver, .answered(250), .revoked] {
            slot().store(ticket.state(phase))
            #expect(slot().read()?.phase == phase)
            for word in 0..<3 {
                for bit in 0..<64 {
                    let index = FlightHeader.words + word
                    let whole = memory.load(index)
                    memory.store(whole ^ 1 << UInt64(bit), at: index)
                    #expect(slot().read() == nil, "word \(word), bit \(bit)")
                    memory.store(whole, at: index)
                }
            }
        }
    }

    @Test("words of two claims in one slot say nothing, in whatever mixture")
    func mixed() {
        let other = FlightClaim(sequence: 4712, ordinal: 8, endpoint: 2)
        _ = slot(0).begin(claim)
        _ = slot(1).begin(other)
        let start = FlightHeader.words
        let both = [0, 1].map { slot in (0..<3).map { memory.load(start + slot * FlightSlot.words + $0) } }
        for mask in 1..<7 {
            for word in 0..<3 { memory.store(both[mask >> word & 1][word], at: start + word) }
            #expect(slot(0).read() == nil, "mixture \(mask)")
        }
    }

    @Test("a ticket whose slot was given to another claim can only make the slot useless")
    func lateTicket() {
        let late = slot().begin(claim)
        let next = slot().begin(FlightClaim(sequence: 4712, ordinal: 7, endpoint: 3))
        #expect(!late.handOver())
        #expect(slot().read()?.phase == .claimed)
        late.answer(250)
        #expect(slot().read() == nil)
        #expect(!next.handOver(), "rather not at all than unrecorded")
    }

    @Test("a slot of another record says nothing")
    func otherSeed() {
        _ = slot(seed: 1).begin(claim)
        #expect(slot(seed: 2).read() == nil)
    }
}
