/// The first byte of an encoded event: its type and that type's version in one.
///
/// A number is never given a second meaning. A new version of a type takes a new number, and the decoder keeps the old one.
package enum EventKind: UInt8, CaseIterable, Sendable {
    case recipientClaimed = 0x01
    case recipientSent = 0x02
    case recipientFailed = 0x03
    case recipientDeferred = 0x04
    case recipientReleased = 0x05
    case recipientInDoubt = 0x06
    case inDoubtResolved = 0x07
    case recipientSkipped = 0x08

    case jobCreated = 0x20
    case recipientsImported = 0x21
    case jobStarted = 0x22
    case jobPaused = 0x23
    case jobResumed = 0x24
    case jobAborted = 0x25
    case jobCompleted = 0x26
    case endpointFailed = 0x27
    case endpointPaused = 0x28
    case endpointRecovered = 0x29
    case endpointRemoved = 0x2A
    case endpointRestored = 0x2B
    case endpointSuspended = 0x2C
    case endpointWithdrawn = 0x2D
    case endpointLimited = 0x2E
    case destinationsLimited = 0x2F

    case engineStarted = 0x40
    case engineStopped = 0x41
    case journalAdopted = 0x42
    case storeRecovered = 0x43

    /// Whether the event is about one recipient, and so packed as a delta to the one before it.
    @inline(__always)
    package var isRecipient: Bool { rawValue < 0x20 }

    /// The type's name as the command line and the documents write it.
    package var name: String {
        switch self {
        case .recipientClaimed: "RecipientClaimed"
        case .recipientSent: "RecipientSent"
        case .recipientFailed: "RecipientFailed"
        case .recipientDeferred: "RecipientDeferred"
        case .recipientReleased: "RecipientReleased"
        case .recipientInDoubt: "RecipientInDoubt"
        case .inDoubtResolved: "InDoubtResolved"
        case .recipientSkipped: "RecipientSkipped"
        case .jobCreated: "JobCreated"
        case .recipientsImported: "RecipientsImported"
        case .jobStarted: "JobStarted"
        case .jobPaused: "JobPaused"
        case .jobResumed: "JobResumed"
        case .jobAborted: "JobAborted"
        case .jobCompleted: "JobCompleted"
        case .endpointFailed: "EndpointFailed"
        case .endpointPaused: "EndpointPaused"
        case .endpointRecovered: "EndpointRecovered"
        case .endpointRemoved: "EndpointRemoved"
        case .endpointRestored: "EndpointRestored"
        case .endpointSuspended: "EndpointSuspended"
        case .endpointWithdrawn: "EndpointWithdrawn"
        case .endpointLimited: "EndpointLimited"
        case .destinationsLimited: "DestinationsLimited"
        case .engineStarted: "EngineStarted"
        case .engineStopped: "EngineStopped"
        case .journalAdopted: "JournalAdopted"
        case .storeRecovered: "StoreRecovered"
        }
    }
}

extension Event {
    package var kind: EventKind {
        switch self {
        case .engineStarted: .engineStarted
        case .engineStopped: .engineStopped
        case .journalAdopted: .journalAdopted
        case .storeRecovered: .storeRecovered
        case .jobCreated: .jobCreated
        case .recipientsImported: .recipientsImported
        case .jobStarted: .jobStarted
        case .jobPaused: .jobPaused
        case .jobResumed: .jobResumed
        case .jobAborted: .jobAborted
        case .jobCompleted: .jobCompleted
        case .endpointFailed: .endpointFailed
        case .endpointPaused: .endpointPaused
        case .endpointRecovered: .endpointRecovered
        case .endpointRemoved: .endpointRemoved
        case .endpointRestored: .endpointRestored
        case .endpointSuspended: .endpointSuspended
        case .endpointWithdrawn: .endpointWithdrawn
        case .endpointLimited: .endpointLimited
        case .destinationsLimited: .destinationsLimited
        case .recipient(_, let change): change.kind
        }
    }

    /// The type's name: `JobCreated`, `RecipientSent`, …
    public var typeName: String { kind.name }
}

extension RecipientChange {
    package var kind: EventKind {
        switch self {
        case .skipped: .recipientSkipped
        case .claimed: .recipientClaimed
        case .sent: .recipientSent
        case .failed: .recipientFailed
        case .deferred: .recipientDeferred
        case .released: .recipientReleased
        case .inDoubt: .recipientInDoubt
        case .inDoubtResolved: .inDoubtResolved
        }
    }
}
