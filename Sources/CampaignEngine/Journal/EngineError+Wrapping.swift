import CampaignDomain
import CampaignLists
import CampaignLog

extension EngineError {
    /// What the store says, as the engine's users see it.
    init(_ error: LogError) {
        switch error {
        case .locked(let holder):
            let who = holder.map { "\($0)" } ?? "another engine"
            self.init(.journalInUse, "the journal is in use by \(who): stop that engine, or read the journal beside it")
        case .alreadyOpen, .fenced: self.init(.journalInUse, "\(error)")
        case .foreignHost: self.init(.journalOfAnotherHost, "\(error)")
        case .newerFormat: self.init(.journalTooNew, "\(error)")
        case .journalMissing: self.init(.journalNotFound, "\(error)")
        case .corrupted: self.init(.journalCorrupt, "\(error)")
        case .networkFileSystem, .accessDenied: self.init(.journalCannotBeCreated, "\(error)")
        case .noSpace, .mapFull, .inputOutput, .inDoubt, .forked, .notPermitted, .invalid, .store:
            self.init(.journalCannotBeWritten, "\(error)")
        }
    }

    /// Any error from a scan of the store, with what the fold and the codec say about the log itself.
    static func wrapping(_ error: any Error) -> EngineError {
        switch error {
        case let error as EngineError: error
        case let error as LogError: EngineError(error)
        case let error as FoldFailure: EngineError(.journalCorrupt, "the log breaks off: \(error)")
        case let error as CodecError: EngineError(.journalCorrupt, "the log cannot be decoded: \(error)")
        case let error as ListRefused: EngineError(.badInput, "\(error)")
        case let error as ListError: EngineError(error.isFileTrouble ? .inputNotFound : .badInput, "\(error)")
        default: EngineError(.journalCannotBeWritten, "\(error)")
        }
    }
}

extension ListError {
    /// The file, not what is in it.
    var isFileTrouble: Bool {
        if case .system = self { true } else { false }
    }
}
