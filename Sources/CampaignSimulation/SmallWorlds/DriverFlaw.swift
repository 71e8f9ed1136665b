/// Ways in which a driver could break its contract with the machine. Each must be found by the search.
package enum DriverFlaw: String, Sendable, CaseIterable {
    /// Deliveries begin before their claims are durable.
    case deliversBeforeCommit
    /// Actions are carried out first and the turn's events made durable afterwards.
    case actsOnOutcomesBeforeCommit
    /// An endpoint's "I cannot tell" is passed on as "not accepted".
    case readsUnknownAsNotAccepted
    /// A new engine gives claims without outcome back to the queue without asking anyone.
    case forgetsClaimsAfterCrash
    /// A commit is said to be durable before it is: a crash loses the newest frame.
    case losesNewestFrame
    /// After a restart nobody wakes the machine for what was deferred (KB826948).
    case forgetsRetryQueueAfterRestart
    /// A message is handed to its endpoint twice.
    case deliversTwice
}
