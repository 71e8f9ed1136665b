/// Bugs planted on purpose, to see that the simulator finds them. Exists only in builds made for that, with
/// `CAMPAIGN_MUTANTS` set; each is a bug that this engine had, that another system had, or that is easily made.
package enum Mutant: String, CaseIterable, Sendable {
    // The order of things.
    case actsBeforeCommit
    case showsBeforeCommit
    case answersBeforeCommit
    case flushNotAwaited

    // What a failed commit leaves.
    case failedCommitForgotten
    case recoveryToldAtOnce
    case turnWritesTwice
    case snapshotFailureIsFatal

    // What a crash leaves.
    case cursorInsteadOfSet
    case claimsForgotten
    case unknownMeansNotAccepted
    case doubtNotNamed
    case resendsUnderHold
    case retryQueueNotMerged
    case endpointStaysRemoved

    // What is read back.
    case snapshotNotChecked
    case checksumIgnored
    case chainStale
    case indexBegunAnew

    // Whose journal it is.
    case lockIgnored
    case fenceIgnored
    case hostIgnored
    case adoptsSilently

    // The flight recorder.
    case handoverNotRecorded
    case slotFreedBeforeCommit
    case slotNotChecked
    case otherBootBelieved
    case staleSlotBelieved
    case takenBackInWordsOnly
    case recordsClearedEarly

    // The machine.
    case keyDependsOnAttempt
    case rowsShifted
    case deferredForgotten
    case releasedForgotten
    case releasedQueuedTwice
    case pausedForEver
    case claimsBeyondLanes
    case pauseIgnored
    case stopGoesOn
    case abortIsRecoverable
    case troubleIsFinal
    case attemptsNotCharged
    case failuresNotCounted
    case doubleReportCounted
    case staleDecisionTaken
    case requestAfterTheEnd
    case callerSetsTheTime
    case requestLost
    case clockFollowed
    case wakeForgotten

    /// The one that is in this process, if any.
    ///
    /// SAFETY: set once, before anything else runs.
    package nonisolated(unsafe) static var planted: Mutant?

    package var isPlanted: Bool { unsafe Self.planted == self }
}
