internal import CampaignLMDB

extension LogError {
    init(_ error: LMDBError, directory: String) {
        switch error.code {
        case .noSpace, .quotaExceeded: self = .noSpace(error.description)
        case .mapFull, .transactionFull: self = .mapFull(error.description)
        case .inputOutput, .busy, .closed, .readersFull, .mapResized: self = .inputOutput(error.description)
        case .corrupted, .pageNotFound, .invalidFile, .truncated, .incompatible:
            self = .corrupted(sequence: nil, reason: error.description)
        case .versionMismatch: self = .corrupted(sequence: nil, reason: error.description)
        case .missing, .noEntry: self = .journalMissing(directory: directory)
        case .networkFileSystem: self = .networkFileSystem(error.description)
        case .alreadyOpen: self = .alreadyOpen(directory: directory)
        case .forked: self = .forked
        case .accessDenied, .readOnlyFileSystem: self = .accessDenied(error.description)
        default: self = .store(code: error.code.rawValue, message: error.description)
        }
    }
}

/// Runs `body` and turns errors of the store below into the log's own.
func translatingErrors<Result>(
    directory: String,
    _ body: () throws -> Result
) throws(LogError) -> Result {
    do {
        return try body()
    } catch let error as LogError {
        throw error
    } catch let error as LMDBError {
        throw LogError(error, directory: directory)
    } catch {
        throw .store(code: 0, message: "\(error)")
    }
}
