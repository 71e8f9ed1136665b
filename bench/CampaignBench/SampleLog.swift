import CampaignDomain

/// The frames of a campaign in which all goes well, in memory: what the engine writes at a server that takes everything.
struct SampleLog {
    struct Frame {
        var context: FrameContext
        var payload: [UInt8]
    }

    private(set) var frames: [Frame] = []
    private(set) var events = 0

    static let reply = "250 2.0.0 Ok: queued as 4bRzJd2cTNz1xkQ"

    /// Recipients claimed in a group, sent in the next one.
    init(recipients: Int, groupSize: Int) {
        var encoder = EventEncoder()
        encoder.append(.jobCreated(JobTerms(key: "bench", name: "Bench")))
        encoder.append(.recipientsImported(total: UInt32(recipients), columns: ["email"]))
        encoder.append(.jobStarted(endpoints: ["bench"]))
        append(&encoder)
        Self.writeGroups(recipients: recipients, groupSize: groupSize, &encoder) { append(&$0) }
    }

    private mutating func append(_ encoder: inout EventEncoder) {
        let time = Timestamp(milliseconds: 1_767_225_600_000 + Int64(frames.count))
        let context = FrameContext(
            job: JobID(1), firstSequence: UInt64(events) + 1, count: encoder.count, time: time, epoch: 1)
        frames.append(Frame(context: context, payload: encoder.bytes))
        events += Int(encoder.count)
        encoder.removeAll()
    }

    /// Encodes group after group: the outcomes of the one before and the claims of the next, as a turn of the engine does.
    static func writeGroups(
        recipients: Int, groupSize: Int, _ encoder: inout EventEncoder, _ isWritten: (inout EventEncoder) -> Void
    ) {
        var before = 0..<0
        var start = 0
        while start < recipients || !before.isEmpty {
            let group = start..<min(start + groupSize, recipients)
            for ordinal in before { encoder.append(Ordinal(ordinal), .sent(0, reply: reply)) }
            for ordinal in group { encoder.appendClaim(Ordinal(ordinal), 0) }
            isWritten(&encoder)
            before = group
            start = group.upperBound
        }
    }

    /// The state after the last frame.
    func fold() throws -> JobState {
        let first = frames[0].payload
        var state = try unsafe JobState(firstFrame: first.span.bytes, frames[0].context)
        for frame in frames.dropFirst() {
            let payload = frame.payload
            try unsafe state.fold(payload.span.bytes, frame.context)
        }
        return state
    }
}
