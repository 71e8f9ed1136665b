/// A place that runs are meant to reach. What no run reaches is not tested, whatever the checks say.
package enum Mark: Int, CaseIterable, Sendable {
    // Where crashes happen.
    case crashOnOpening = 0
    case crashBeforeEpoch
    case crashAfterEpoch
    case crashInImport
    case crashAfterImport
    case crashBeforeCommit
    case crashBetweenWriteAndFlush
    case crashBeforeAcknowledgement
    case crashBetweenCommitAndAction
    case crashBetweenActions
    case crashBeforeProbe
    case crashWithProbeUnderWay
    case crashBeforeHandover
    case crashBetweenHandoverAndReply
    case crashBetweenReplyAndOutcome
    case crashBetweenRenameAndFlush
    case crashWhileStoreIsDown
    case crashWhileStopping
    case crashWhileIdle
    case crashDuringRecovery
    case crashAgainBeforeAnyOutcome

    // What a power cut leaves.
    case powerCutLosesUnflushed
    case powerCutKeepsUnflushed
    case powerCutRevertsRename
    case powerCutKeepsRename
    case sectorsTorn

    // The store.
    case storeDownAndBack
    case storeDownForGood
    case noSpace
    case mapFull
    case inputOutput
    case unknownFateStored
    case unknownFateLost
    case frameRotFound
    case snapshotRotSurvived
    case derivedTablesRebuilt
    case snapshotUsed

    // Recovery.
    case claimsProbed
    case probeAccepted
    case probeNotAccepted
    case probeUnknown
    case doubtNamed
    case doubtResent
    case doubtResolvedSent
    case doubtResolvedNotSent
    case endpointRestored
    case jobReopened
    case messageAcceptedAfterCrash
    case doubtSettledByProbe

    // The flight record.
    case flightNotHandedOver
    case flightTakenByReceiver
    case flightRefusedByReceiver
    case flightInDoubt
    case flightTakenBack
    case flightRecordOfOtherBoot
    case flightRecordOfCopy
    case flightRecordDamaged
    case crashBetweenRecordAndHandover

    // The engine's people and places.
    case secondEngineRefused
    case engineFenced
    case foreignHostRefused
    case journalAdopted
    case clockForward
    case clockBack
    case suspended
    case stoppedCleanly
    case stoppedAtDeadline
    case pausedByPerson
    case pausedByRefusals
    case requestThroughJournal
    case jobAborted
    case jobAbortedRecoverably
    case jobCompleted
    case jobCreatedTwice
    case recipientsSkipped

    // Endpoints.
    case sent
    case deferred
    case failed
    case attemptsExhausted
    case renderingFailed
    case released
    case endpointPaused
    case endpointRecovered
    case endpointRemoved
    case rateLimited
    case doubleReportIgnored
    case acceptedWithoutReply
    case refusedBeforeClaim
    case lostBetweenPreparedAndClaim
    case claimedAhead
    case preparedDiscarded
    case throttled
    case endpointSuspended
    case endpointWithdrawn
    case endpointLimited
    case destinationsLimited
}

/// How often each mark was reached.
package struct Marks: Sendable {
    private var counts = [UInt64](repeating: 0, count: Mark.allCases.count)

    package init() {}

    package mutating func hit(_ mark: Mark) { counts[mark.index] += 1 }
    package func count(_ mark: Mark) -> UInt64 { counts[mark.index] }

    package mutating func add(_ other: Marks) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    package var missing: [Mark] { Mark.allCases.filter { count($0) == 0 } }
}

extension Mark {
    /// Position among all marks.
    fileprivate var index: Int { rawValue }
}
