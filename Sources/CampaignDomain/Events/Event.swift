/// One state change, as the log keeps it. Names are past tense: an event says what has happened.
public enum Event: Hashable, Sendable {
    // The journal's own.
    case engineStarted(EngineStart)
    case engineStopped(reason: String)
    /// The journal was taken over from another host, or from the file it was copied from.
    case journalAdopted(from: String, to: String)
    /// The store could not be written for a while; nothing acknowledged was lost, and sending was paused meanwhile.
    case storeRecovered(reason: String, retries: UInt32, pausedMilliseconds: Int64)

    // A job's.
    case jobCreated(JobTerms)
    case recipientsImported(total: UInt32, columns: [String])
    case jobStarted(endpoints: [String])
    case jobPaused(reason: String)
    case jobResumed
    case jobAborted(reason: String, recoverable: Bool)
    case jobCompleted(Tally)
    case endpointFailed(EndpointIndex, attempt: UInt32, retries: UInt32, reason: String)
    case endpointPaused(EndpointIndex, until: Timestamp)
    case endpointRecovered(EndpointIndex)
    case endpointRemoved(EndpointIndex, reason: String)
    case endpointRestored(EndpointIndex)
    /// A person lets nothing new go through it until it is restored.
    case endpointSuspended(EndpointIndex, reason: String)
    /// A person has taken it out of the job: no later run uses it until it is restored.
    case endpointWithdrawn(EndpointIndex, reason: String)
    /// A person has set limits for it; they replace those set before.
    case endpointLimited(EndpointIndex, EndpointLimits)
    /// The limits by mail domain from here on.
    case destinationsLimited(DestinationLimits)

    // A recipient's.
    case recipient(Ordinal, RecipientChange)
}

/// What happened to one recipient.
public enum RecipientChange: Hashable, Sendable {
    /// Never to be sent: counted, with its reason.
    case skipped(SkipReason, detail: String)
    /// The durable intent: written before the first byte of content leaves for `endpoint`.
    case claimed(EndpointIndex)
    case sent(EndpointIndex, reply: String)
    case failed(EndpointIndex, FailureKind, reply: String)
    /// Not now: tried again when `due`. `attempt` is the number of attempts charged so far.
    case deferred(EndpointIndex, attempt: UInt32, due: Timestamp, reply: String)
    /// The claim was given back unsent, because of the endpoint and not of the recipient; no attempt is charged.
    case released(EndpointIndex, reason: String)
    /// It cannot be known whether the message was accepted.
    case inDoubt(EndpointIndex, reason: String)
    case inDoubtResolved(DoubtVerdict, evidence: String)
}

/// Why a recipient was never to be sent. Raw values are the log's.
public enum SkipReason: UInt8, Hashable, Sendable, CaseIterable {
    case invalidAddress = 0
    case duplicate = 1
    case suppressed = 2
}

/// Why a recipient failed for good. Raw values are the log's.
public enum FailureKind: UInt8, Hashable, Sendable, CaseIterable {
    /// The address does not exist: worth suppressing.
    case unknownAddress = 0
    case mailboxFull = 1
    /// The message itself was refused (size, content).
    case message = 2
    /// The server refuses the sender.
    case policy = 3
    /// Deferred once too often.
    case attemptsExhausted = 4
    /// The message could not be rendered for this recipient.
    case rendering = 5
    case other = 6
}

/// What became of a doubt. Raw values are the log's.
public enum DoubtVerdict: UInt8, Hashable, Sendable, CaseIterable {
    case sent = 0
    /// Known not to have arrived: pending again.
    case notSent = 1
    /// Not known, but a second copy is wanted: pending again.
    case resend = 2
}

/// Who opened the journal for sending.
public struct EngineStart: Hashable, Sendable {
    public var epoch: UInt64
    public var host: String
    public var hostIdentity: String
    public var bootID: String
    public var processID: UInt32
    public var version: String

    public init(
        epoch: UInt64, host: String, hostIdentity: String, bootID: String, processID: UInt32, version: String
    ) {
        self.epoch = epoch
        self.host = host
        self.hostIdentity = hostIdentity
        self.bootID = bootID
        self.processID = processID
        self.version = version
    }
}

/// What a job was created with: everything that the fold and the machine need, and digests of the rest.
public struct JobTerms: Hashable, Sendable {
    /// The job's own idempotency key, chosen by its owner: 1 to 255 bytes of UTF-8.
    public var key: String
    public var name: String
    public var revision: UInt32
    public var retry: RetryPolicy
    public var inDoubt: InDoubtPolicy
    /// Messages per hour over all endpoints; 0 is no limit.
    public var ratePerHour: UInt32
    /// SHA-256 of the stored definition (templates and headers), 32 bytes.
    public var definitionDigest: [UInt8]
    /// SHA-256 of the list's rows as stored, 32 bytes.
    public var listDigest: [UInt8]

    public init(
        key: String, name: String, revision: UInt32 = 0, retry: RetryPolicy = RetryPolicy(),
        inDoubt: InDoubtPolicy = .hold, ratePerHour: UInt32 = 0, definitionDigest: [UInt8] = [],
        listDigest: [UInt8] = []
    ) {
        self.key = key
        self.name = name
        self.revision = revision
        self.retry = retry
        self.inDoubt = inDoubt
        self.ratePerHour = ratePerHour
        self.definitionDigest = definitionDigest
        self.listDigest = listDigest
    }
}

/// Where a job's recipients stand. The seven always add up to the list's length.
public struct Tally: Hashable, Sendable {
    public var pending: UInt32 = 0
    public var claimed: UInt32 = 0
    public var sent: UInt32 = 0
    public var failed: UInt32 = 0
    public var skipped: UInt32 = 0
    public var inDoubt: UInt32 = 0
    public var deferred: UInt32 = 0

    public init() {}

    public var total: UInt32 { pending &+ claimed &+ sent &+ failed &+ skipped &+ inDoubt &+ deferred }
    /// Recipients that nothing more will happen to unless a person decides.
    public var settled: UInt32 { sent &+ failed &+ skipped &+ inDoubt }
    /// Recipients that still want work.
    public var open: UInt32 { pending &+ claimed &+ deferred }
}
