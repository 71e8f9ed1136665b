/// What can go wrong. A seed draws how often each happens; each can be switched off to find out which ones a failure needs.
package enum Fault: Int, CaseIterable, Sendable {
    // The process.
    case crash = 0
    case powerCut
    case suspension
    case stop
    case secondEngine
    case stolenLock
    case otherHost
    case clockJump

    // The store.
    case storeRefuses
    case unknownFate
    case frameRot
    case tornFrame
    case snapshotRot
    case derivedTablesLost
    case flightRecordDamage

    // Servers.
    case refusal
    case temporaryFailure
    case greylist
    case throttling
    case rejection
    case policyRejection
    case hang
    case slowness
    case replyLost
    case dropBeforeDot
    case dropAfterDot
    case serverDown
    case serverGoneForGood
    case doubleReport

    // Drop directories.
    case folderGone
    case folderFlushFails
    case unrenderable

    // People.
    case pause
    case unpause
    case abort
    case resolve
    case suspendEndpoint
    case withdrawEndpoint
    case restoreEndpoint
    case limitEndpoint
    case restartAfterEnd
}

extension Fault {
    /// As it is written on the command line.
    package var name: String { "\(self)" }

    package init?(name: String) {
        guard let fault = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = fault
    }
}
