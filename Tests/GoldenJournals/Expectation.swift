import CampaignDomain
import CampaignEngine

/// What is known of a golden journal, as `expected.json` keeps it.
struct Expectation: Encodable {
    struct Job: Encodable {
        var id: UInt32
        var key: String
        var phase: UInt8
        /// pending, claimed, sent, failed, skipped, in doubt, deferred
        var tally: [UInt32]
        var sequence: UInt64
        /// The folded state, byte for byte.
        var state: String
    }

    var root: String
    var frames: UInt64
    var events: UInt64
    var jobs: [Job] = []

    init(_ reader: JournalReader, _ ids: [JobID]) throws {
        let verified = try reader.verify()
        root = verified.head
        frames = verified.frames
        events = verified.events
        for id in ids {
            let state = try reader.state(id)
            jobs.append(
                Job(
                    id: id.rawValue, key: state.terms.key, phase: state.phase.rawValue,
                    tally: RecipientPhase.allCases.map { state.tally[$0] }, sequence: state.sequence,
                    state: Hex.text(state.encoded())))
        }
    }
}
