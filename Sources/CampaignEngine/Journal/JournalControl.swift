import CampaignLog

/// Asks something of a job from outside the process that sends it.
public enum JournalControl {
    public enum Result: Hashable, Sendable {
        /// A running engine has taken the request up: its events are in the log.
        case takenUp(by: EngineHolder)
        /// No engine runs: the events were written here.
        case written
        /// A running engine has not taken the request up in time; it is in the journal and will be.
        case queued(for: EngineHolder?)
    }

    /// Puts the request before a running engine and waits until it is taken up, or writes it where none runs.
    ///
    /// - Parameter patience: how long to wait for the running engine.
    public static func request(
        journal: String, _ request: ControlRequest, patience: Duration = .seconds(5),
        configuration: EngineConfiguration = EngineConfiguration()
    ) async throws(EngineError) -> Result {
        let reader = try JournalReader.open(journal: journal)
        guard let holder = reader.engineHolder() else {
            reader.close()
            let engine: CampaignEngine
            do throws(EngineError) {
                engine = try await CampaignEngine.open(journal: journal, configuration: configuration)
            } catch {
                // An engine has begun since we looked: it is the one to ask.
                let late = error.code == .journalInUse ? try? EngineLock.holder(directory: journal) : nil
                guard let late else { throw error }
                let holder = EngineHolder(processID: late.pid, host: late.host, startedAt: late.startedAt)
                return try await ask(holder, journal, request, patience)
            }
            do throws(EngineError) {
                try await engine.control(request)
            } catch {
                await engine.stop()
                throw error
            }
            await engine.stop()
            return .written
        }
        reader.close()
        return try await ask(holder, journal, request, patience)
    }

    private static func ask(
        _ holder: EngineHolder, _ journal: String, _ request: ControlRequest, _ patience: Duration
    ) async throws(EngineError) -> Result {
        do {
            let store = try LMDBEventStore.open(directory: journal, mode: .control)
            defer { try? store.close() }
            let (key, put) = try ControlTable.put(request)
            _ = try store.commit(CommitGroup(puts: [put]))
            let until = ContinuousClock.now + patience
            while ContinuousClock.now < until {
                if try store.value(.control, .number(key)) == nil { return .takenUp(by: holder) }
                try await Task.sleep(for: .milliseconds(20))
            }
            let stillThere = try? EngineLock.holder(directory: journal)
            return .queued(for: stillThere == nil ? nil : holder)
        } catch {
            throw EngineError.wrapping(error)
        }
    }
}

extension JournalReader {
    /// Closes the journal for this process; an engine may then be opened on it.
    public func close() {
        try? (store as? LMDBEventStore)?.close()
    }
}
