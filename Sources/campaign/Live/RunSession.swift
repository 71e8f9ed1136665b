import ArgumentParser
import CampaignDomain
import CampaignEndpoints
import CampaignEngine

/// One run of one job, from the open journal to the exit status.
struct RunSession {
    private let engine: CampaignEngine
    private let overrides: RunOverrides
    private let json: Bool
    private let openedAt: Timestamp
    private let journal: String

    static func open(journal: String, overrides: RunOverrides, json: Bool) async throws -> RunSession {
        var configuration = EngineConfiguration()
        configuration.adopts = overrides.adopts
        configuration.endpointFactory = StandardEndpoints.factory
        configuration.logger = DiagnosticLog.logger
        let openedAt = Timestamp.current
        let engine = try await CampaignEngine.open(journal: journal, configuration: configuration)
        return RunSession(engine: engine, overrides: overrides, json: json, openedAt: openedAt, journal: journal)
    }

    /// A program that reads JSON wants at most one object on standard error: the error.
    var isQuiet: Bool { overrides.isQuiet || (json && !Terminal.diagnostics.isInteractive) }

    /// Starts a job with `begin` and stays with it to its end. Ends the command with the run's status.
    func run(_ begin: @Sendable (CampaignEngine) async throws -> JobID) async throws {
        let signals = StopSignals(isQuiet: isQuiet) { [engine] in await engine.stop() }
        defer { signals.end() }
        let outcome: Outcome
        do {
            let job = try await begin(engine)
            outcome = try await follow(job)
        } catch {
            await engine.stop()
            // Interrupted while it read the list, say: that is no failure.
            throw signals.isStopping ? Self.stopped : error
        }
        await engine.stop()
        try report(outcome)
    }

    private static var stopped: CLIError {
        CLIError(.interrupted, "stopped", remedy: "run the same command again to go on")
    }

    /// How a run looked when it was over.
    private struct Outcome {
        var summary: JobSummary
        var ending: JobEnding?
        /// It was paused when it was started: nothing was done.
        var wasPaused = false
    }

    private func follow(_ job: JobID) async throws -> Outcome {
        var reporter = ProgressReporter(isQuiet: isQuiet)
        let clock = ContinuousClock()
        let began = clock.now
        var newest: JobProgress?
        for await progress in engine.progress(of: job) {
            let isFirst = newest == nil
            newest = progress
            if isFirst, progress.summary.state == .paused, progress.ending == nil {
                return Outcome(summary: progress.summary, wasPaused: true)
            }
            try reporter.show(
                progress.summary, inFlight: progress.inFlight, storeTrouble: progress.storeTrouble,
                isLast: progress.ending != nil, now: began.duration(to: clock.now).milliseconds)
        }
        if let failure = engine.failure { throw failure }
        guard let newest else { throw Self.stopped }
        return Outcome(summary: newest.summary, ending: newest.ending)
    }

    private func report(_ outcome: Outcome) throws {
        let report = RunReport(
            summary: outcome.summary, ending: outcome.ending, wasPaused: outcome.wasPaused, startedAt: openedAt,
            journal: JournalPath.hint(journal))
        var output = OutputStream.standardOutput()
        if json {
            try output.line(report.json)
        } else {
            for line in report.lines(paint: Paint(.output)) { try output.line(line) }
        }
        try output.flush()
        try report.status.exit()
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
