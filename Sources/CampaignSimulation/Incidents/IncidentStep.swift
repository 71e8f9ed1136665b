/// One act of the script: when, and what. Steps happen in their order.
package struct IncidentStep: Sendable {
    /// The moment's name, for expectations; they are compared just before the actions.
    package var moment: String?
    package var trigger: IncidentTrigger
    package var actions: [IncidentAction]
    /// Where it is written: file, line, column.
    package var place: String

    package init(moment: String?, trigger: IncidentTrigger, actions: [IncidentAction], place: String) {
        self.moment = moment
        self.trigger = trigger
        self.actions = actions
        self.place = place
    }
}

/// All that is named must hold.
package struct IncidentTrigger: Sendable {
    /// So many recipients are sent, failed or skipped in the log: exactly, because mail servers answer no more until then.
    package var settled: UInt32?
    /// So many more than at the step before; messages go on as they please.
    package var more: UInt32?
    /// So many recipients are deferred.
    package var deferred: UInt32?
    /// Simulated milliseconds since the step before.
    package var elapsedMilliseconds: Int64?
    /// The job's run is over, or its engine gone.
    package var ended = false

    package init() {}
}

/// What is done to the engine, or by people.
package enum IncidentAction: Hashable, Sendable {
    case crash
    case powerCut
    /// Starts an engine when there is none, or the job again when its run is over.
    case start
    case stop
    /// Nothing can be written for so many milliseconds; nil: until `storeBack`.
    case storeDown(milliseconds: Int64?)
    case storeBack
    /// The server or directory at this position cannot be reached; nil: until `endpointBack`.
    case endpointDown(Int, milliseconds: Int64?)
    case endpointBack(Int)
    /// The journal's files are copied to this machine, where people go on.
    case copy(host: String)
    /// An engine that does not adopt is refused; then one that does is started.
    case adopt
    case secondEngine
}
