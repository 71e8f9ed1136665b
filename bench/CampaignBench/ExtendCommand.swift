import ArgumentParser
import CampaignDomain
import CampaignEngine
import CampaignLog
import Foundation

/// Writes the log of a campaign on: the frames that the engine would write at a server that takes everything, many of them
/// in each commit, so that a log of a hundred million events is there in minutes.
struct ExtendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend", abstract: "Writes a campaign's log on as if it had been sent, without sending.")

    @Argument(help: "A journal with one interrupted job, and no engine.") var journal: String
    @Option(help: "Recipients in a frame.") var group = 26
    @Option(help: "How many of all recipients are to have an outcome, in per cent.") var percent = 75
    @Option(help: "How often each is deferred before it is sent.") var deferrals: UInt32 = 0

    private static let framesPerCommit = 256

    func run() throws {
        let lock = try EngineLock.acquire(directory: journal, engineVersion: CampaignEngine.version)
        defer { lock.release() }
        let (store, _) = try JournalOptions.parse([]).open(journal)
        let state = try JournalReader(store).state(JobID(1))
        let wanted = Int(state.tally.total) * percent / 100 - Int(state.tally.settled)
        var writer = FrameWriter(store: store, time: .current, framesPerCommit: Self.framesPerCommit)
        let pending = state.ordinals(in: .pending).prefix(max(wanted, 0))
        let seconds = try Figures.seconds {
            var start = pending.startIndex
            while start < pending.endIndex {
                let end = min(start + group, pending.endIndex)
                try send(pending[start..<end], &writer)
                start = end
            }
            try writer.flush()
        }
        let head = try store.head
        try store.close()
        Figures.say("events", head.nextSequence - 1)
        Figures.say("frames", head.frames)
        Figures.say("written-events/s", Double(writer.events) / seconds)
    }

    /// One group from claim to outcome, as often as it is deferred and once more.
    private func send(_ ordinals: ArraySlice<Ordinal>, _ writer: inout FrameWriter) throws {
        for attempt in 0...deferrals {
            try writer.frame { encoder in
                for ordinal in ordinals { encoder.appendClaim(ordinal, 0) }
            }
            let due = writer.time
            try writer.frame { encoder in
                for ordinal in ordinals {
                    encoder.append(
                        ordinal,
                        attempt < deferrals
                            ? .deferred(0, attempt: min(attempt + 1, 31), due: due, reply: "450 4.2.0 later")
                            : .sent(0, reply: SampleLog.reply))
                }
            }
        }
    }
}

/// Gathers frames and commits many at once.
private struct FrameWriter {
    let store: LMDBEventStore
    private(set) var time: Timestamp
    let framesPerCommit: Int
    private(set) var events = 0
    private var encoder = EventEncoder()
    private var frames: [FrameDraft] = []

    init(store: LMDBEventStore, time: Timestamp, framesPerCommit: Int) {
        self.store = store
        self.time = time
        self.framesPerCommit = framesPerCommit
    }

    mutating func frame(_ fill: (inout EventEncoder) -> Void) throws {
        encoder.removeAll()
        fill(&encoder)
        time.milliseconds += 1
        frames.append(
            FrameDraft(job: 1, time: time.milliseconds, count: encoder.count, payload: encoder.bytes))
        events += Int(encoder.count)
        if frames.count >= framesPerCommit { try flush() }
    }

    mutating func flush() throws {
        guard !frames.isEmpty else { return }
        _ = try store.commit(CommitGroup(frames: frames))
        frames.removeAll(keepingCapacity: true)
    }
}
