import CampaignEngine

/// How the process ends. The numbers follow `sysexits.h` where it has one.
enum ExitStatus: Int32, CaseIterable, Sendable {
    /// Done; every recipient has a final outcome and none is in doubt.
    case done = 0
    /// Done; some in doubt are held.
    case doneWithDoubt = 2
    case usage = 64
    /// List, template, manifest, or a corrupt log; also a job that conflicts or was aborted by a person.
    case badInput = 65
    case inputNotFound = 66
    /// Every endpoint was removed: the job was aborted, recoverably.
    case endpointsRemoved = 69
    /// A kind of trouble that this version of the command line does not know.
    case unexpected = 70
    case journalCannotBeCreated = 73
    case journalCannotBeWritten = 74
    /// Stopped, paused or interrupted: run again.
    case interrupted = 75
    /// The journal is in use, or belongs to another host.
    case journalRefused = 77

    init(_ code: EngineError.Code) {
        switch code {
        case .badInput, .jobConflict, .journalCorrupt, .journalTooNew, .badEndpoint: self = .badInput
        case .inputNotFound, .noSuchJob, .journalNotFound: self = .inputNotFound
        case .journalInUse, .journalOfAnotherHost: self = .journalRefused
        case .journalCannotBeCreated: self = .journalCannotBeCreated
        case .journalCannotBeWritten: self = .journalCannotBeWritten
        case .stopped: self = .interrupted
        default: self = .unexpected
        }
    }

    /// The status of a run that is over.
    init(_ state: JobSummary.State, abortIsRecoverable: Bool, inDoubt: UInt32) {
        switch state {
        case .completed: self = inDoubt == 0 ? .done : .doneWithDoubt
        case .aborted: self = abortIsRecoverable ? .endpointsRemoved : .badInput
        case .created, .running, .paused, .interrupted: self = .interrupted
        }
    }
}
