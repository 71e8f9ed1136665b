import CampaignLog
import Glibc

/// Durable commits per second, and the speed of a verified scan.
struct Measurement {
    let directory: String
    let eventsPerCommit: Int
    let commits: Int

    private static let eventSizeBytes = 32

    func run() throws {
        let store = try LMDBEventStore.open(directory: directory, mode: .engine(.current()))
        var head = try store.beginEpoch { Probe.started($0) }
        let payload = [UInt8](repeating: 0xA5, count: eventsPerCommit * Self.eventSizeBytes)
        let draft = FrameDraft(job: 1, time: 0, count: UInt32(eventsPerCommit), payload: payload)
        let clock = ContinuousClock()
        let written = try clock.measure {
            for _ in 0..<commits { head = try store.commit(CommitGroup(frames: [draft])) }
        }
        var events: UInt64 = 0
        let scanned = try clock.measure {
            try store.scan(from: 1) { header, _ in
                events += UInt64(header.count)
                return true
            }
        }
        let total = Double(eventsPerCommit * commits)
        Probe.say("events/commit \(eventsPerCommit) events/s \(Int(total / (written / .seconds(1))))")
        Probe.say("scan events/s \(Int(Double(events) / (scanned / .seconds(1)))) head \(head.nextSequence)")
        let block = [UInt8](repeating: 7, count: 1 << 20)
        var sum: UInt64 = 0
        let hashed = clock.measure {
            for round in 0..<1_024 { sum &+= XXH64.hash(block, seed: UInt64(round)) }
        }
        Probe.say("xxh64 GB/s \(1.073741824 / (hashed / .seconds(1))) \(sum & 1)")
    }
}
