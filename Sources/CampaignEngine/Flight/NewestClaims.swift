import CampaignDomain
import CampaignLog

/// Where the newest claims of recipients stand in the log.
struct NewestClaims {
    struct Found {
        var claim: FlightClaim
        var epoch: UInt64
        var time: Timestamp
    }

    /// Reads the log backward until all are found.
    ///
    /// - Parameter oldest: claims of earlier epochs are not looked for.
    static func find(
        _ ordinals: [Ordinal], of job: JobID, in store: any EventStore, sinceEpoch oldest: UInt64 = 0
    ) throws(EngineError) -> [Ordinal: Found] {
        var wanted = Set(ordinals)
        var found: [Ordinal: Found] = [:]
        do {
            try store.scanBackward(from: nil) { header, payload in
                guard header.epoch >= oldest, !wanted.isEmpty else { return false }
                guard header.job == job.rawValue else { return true }
                var inFrame: [Ordinal: Found] = [:]
                var cursor = EventCursor(payloadSizeBytes: payload.byteCount)
                for _ in 0..<header.count {
                    let event = try cursor.next(payload, keepingText: false)
                    guard event.kind == .recipientClaimed, wanted.contains(event.ordinal) else { continue }
                    inFrame[event.ordinal] = Found(
                        claim: FlightClaim(
                            sequence: header.firstSequence, ordinal: event.ordinal, endpoint: event.endpoint),
                        epoch: header.epoch, time: Timestamp(milliseconds: header.time))
                }
                wanted.subtract(inFrame.keys)
                found.merge(inFrame) { first, _ in first }
                return true
            }
        } catch {
            throw EngineError.wrapping(error)
        }
        return found
    }
}
