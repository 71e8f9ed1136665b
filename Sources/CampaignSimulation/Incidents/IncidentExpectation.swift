/// What must be so at a named moment.
package struct IncidentExpectation: Sendable {
    package var moment: String
    package var quantity: IncidentQuantity
    package var range: ClosedRange<Int64>
    package var place: String

    package init(moment: String, quantity: IncidentQuantity, range: ClosedRange<Int64>, place: String) {
        self.moment = moment
        self.quantity = quantity
        self.range = range
        self.place = place
    }
}

/// What can be measured. Durations are simulated milliseconds.
package enum IncidentQuantity: Hashable, Sendable {
    case measure(IncidentMeasure)
    /// Events of this name in the whole log so far.
    case events(String)
    /// 1 when the job reads so, otherwise 0.
    case state(IncidentState)
}

package enum IncidentMeasure: String, CaseIterable, Sendable {
    case sent, failed, skipped, pending, claimed, deferred
    case inDoubt = "in-doubt"
    /// Sent, failed and skipped.
    case settled
    /// Messages that were taken by servers and directories, by their own count.
    case accepted
    /// The most messages that one recipient got.
    case copiesMax = "copies-max"
    /// Engines started.
    case engines
    /// Starts that were refused because the journal belongs to another machine, or to an engine that runs.
    case refusals
    /// Engines that ended because the store could not be written.
    case gaveUp = "gave-up"
    /// From the store's failure to the engine's end.
    case gaveUpAfter = "gave-up-after"
    /// The longest time from the request to stop to the engine's end.
    case stopMax = "stop-max"

    package var isDuration: Bool { self == .gaveUpAfter || self == .stopMax }
}

/// A job's state as its readers see it: the log's, and whether an engine is there.
package enum IncidentState: String, CaseIterable, Sendable {
    case created, running, interrupted, paused, completed, aborted
    case abortedRecoverably = "aborted-recoverably"
}
