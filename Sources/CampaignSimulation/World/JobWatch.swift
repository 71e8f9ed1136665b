import CampaignDomain

/// What the operator knows of a job: what it is called, whether it runs, how its last run ended.
struct JobWatch {
    let key: String
    /// Its number in the journal, once it is known.
    var id: JobID?
    var isRunning = false
    var ending: JobEnding?
    /// Runs that ended because every endpoint was removed, since the faults ended.
    var hopelessRuns = 0
    /// A request to go on is under way.
    var isUnpausing = false
    /// A request to use an endpoint again is under way.
    var isRestoring = false
}
