@testable import CampaignDomain

/// A log in memory, as a journal would hold it.
struct SampleLog {
    struct Frame {
        var payload: [UInt8]
        var context: FrameContext
    }

    var frames: [Frame] = []
    var nextSequence: EventSequence = 1
    var epoch: UInt64 = 1

    /// Appends a frame that holds what the encoder holds.
    mutating func append(_ encoder: EventEncoder, job: JobID = sampleJob, time: Int64 = 0) {
        let context = FrameContext(
            job: job, firstSequence: nextSequence, count: encoder.count, time: Timestamp(milliseconds: time),
            epoch: epoch)
        frames.append(Frame(payload: encoder.bytes, context: context))
        nextSequence += UInt64(encoder.count)
    }

    mutating func append(_ events: [Event], job: JobID = sampleJob, time: Int64 = 0) {
        var encoder = EventEncoder()
        for event in events { encoder.append(event) }
        append(encoder, job: job, time: time)
    }

    /// A new engine on the journal: the next epoch and its `EngineStarted`.
    mutating func startEngine(time: Int64 = 0) {
        epoch = frames.isEmpty ? 1 : epoch + 1
        append([.engineStarted(sampleEngineStart(epoch: epoch))], job: .journal, time: time)
    }

    /// The fold over all of one job's frames, from the first.
    func fold(_ job: JobID = sampleJob) throws -> JobState {
        var state: JobState?
        for frame in frames where frame.context.job == job {
            if state == nil {
                state = try JobState(firstFrame: frame.payload, frame.context)
            } else {
                try state?.fold(frame.payload, frame.context)
            }
        }
        guard let state else { throw FoldError("no such job", at: 0) }
        return state
    }

    func audit() -> [LawViolation] {
        var auditor = LawAuditor()
        for frame in frames { auditor.frame(frame.payload, frame.context) }
        return auditor.finish()
    }

    func events(of job: JobID = sampleJob) throws -> [Event] {
        var events: [Event] = []
        for frame in frames where frame.context.job == job {
            events += try EventCursor.events(frame.payload, count: frame.context.count)
        }
        return events
    }
}

let sampleJob = JobID(1)

func sampleEngineStart(epoch: UInt64) -> EngineStart {
    EngineStart(
        epoch: epoch, host: "mail-1", hostIdentity: "4f1c", bootID: "b00t", processID: 4711, version: "1.0.0")
}

func sampleTerms(
    attempts: Int = 3, first: Int64 = 1_000, inDoubt: InDoubtPolicy = .hold, ratePerHour: UInt32 = 0
) -> JobTerms {
    JobTerms(
        key: "spring-sale", name: "Spring sale",
        retry: RetryPolicy(attempts: attempts, firstMilliseconds: first, factor: 2, capMilliseconds: 60_000),
        inDoubt: inDoubt, ratePerHour: ratePerHour, definitionDigest: [UInt8](repeating: 0xD1, count: 32),
        listDigest: [UInt8](repeating: 0x15, count: 32))
}

/// One event of every kind, in an order that no fold would accept but every codec must.
let everyKindOfEvent: [Event] = [
    .engineStarted(sampleEngineStart(epoch: 3)),
    .engineStopped(reason: "SIGTERM"),
    .journalAdopted(from: "mail-1", to: "mail-2"),
    .storeRecovered(reason: "disk full", retries: 2, pausedMilliseconds: 1_500),
    .jobCreated(sampleTerms()),
    .recipientsImported(total: 300, columns: ["email", "näme"]),
    .jobStarted(endpoints: ["smtp://a:25", "dir:outbox"]),
    .jobPaused(reason: "lunch"),
    .jobResumed,
    .jobAborted(reason: "wrong text", recoverable: false),
    .jobCompleted(tally(sent: 297, failed: 1, skipped: 1, inDoubt: 1)),
    .endpointFailed(1, attempt: 2, retries: 5, reason: "421 busy"),
    .endpointPaused(1, until: Timestamp(milliseconds: 1_700_000_000_000)),
    .endpointRecovered(1),
    .endpointRemoved(1, reason: "535 no"),
    .endpointRestored(1),
    .endpointSuspended(1, reason: "moved"),
    .endpointWithdrawn(1, reason: "retired"),
    .endpointLimited(1, EndpointLimits(connections: 4, ratePerHour: 3_600, weight: 2)),
    .destinationsLimited(
        DestinationLimits(
            standard: DestinationLimit(concurrency: 20),
            named: [.init("example.com", DestinationLimit(concurrency: 5, ratePerHour: 36_000))])),
    .recipient(7, .claimed(0)),
    .recipient(7, .sent(0, reply: "250 ok A1")),
    .recipient(8, .sent(0, reply: "250 ok A2")),
    .recipient(299, .failed(1, .unknownAddress, reply: "550 5.1.1 who?")),
    .recipient(0, .deferred(0, attempt: 1, due: Timestamp(milliseconds: 1_700_000_060_000), reply: "450 later")),
    .recipient(1, .released(0, reason: "connection refused")),
    .recipient(2, .inDoubt(0, reason: "connection lost after the dot")),
    .recipient(2, .inDoubtResolved(.resend, evidence: "asked by hand")),
    .recipient(3, .skipped(.suppressed, detail: "unsubscribed")),
]

func tally(
    pending: UInt32 = 0, claimed: UInt32 = 0, sent: UInt32 = 0, failed: UInt32 = 0, skipped: UInt32 = 0,
    inDoubt: UInt32 = 0, deferred: UInt32 = 0
) -> Tally {
    var tally = Tally()
    tally.pending = pending
    tally.claimed = claimed
    tally.sent = sent
    tally.failed = failed
    tally.skipped = skipped
    tally.inDoubt = inDoubt
    tally.deferred = deferred
    return tally
}
