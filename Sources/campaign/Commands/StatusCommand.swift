import ArgumentParser
import CampaignDomain
import CampaignEngine

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show where a job stands.",
        discussion: """
            Id, key, name, state, reason, start, finish, recipients done, errors, and each endpoint. Safe beside a \
            running engine. --watch stays until the job has ended; with --json it prints one object per change.

            Example:
              campaign status spring-2026 --watch
            """)

    @OptionGroup var job: JobArgument
    @Flag(help: "Stay and show the progress.")
    var watch = false
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    private static var pollMilliseconds: Int64 { 250 }

    func run() async throws {
        let reader = try journal.reader()
        let job = try reader.job(job.job)
        if watch { try await self.watch(job, reader) }
        if !watch || !json.isOn { try show(try reader.summary(job), reader) }
    }

    private func show(_ summary: JobSummary, _ reader: JournalReader) throws {
        var output = OutputStream.standardOutput()
        let view = StatusView(summary, holder: reader.engineHolder(), journal: JournalPath.hint(journal.path()))
        if json.isOn {
            try output.line(view.json)
        } else {
            for line in view.lines(paint: Paint(.output)) { try output.line(line) }
        }
        try output.flush()
    }

    /// Until nothing more will happen by itself.
    private func watch(_ job: JobID, _ reader: JournalReader) async throws {
        var reporter = ProgressReporter(isQuiet: json.isOn)
        let clock = ContinuousClock()
        let began = clock.now
        var shown: JobSummary?
        while true {
            let summary = try reader.summary(job)
            let isOver = reader.engineHolder() == nil || [.completed, .aborted].contains(summary.state)
            if json.isOn, summary != shown { try show(summary, reader) }
            try reporter.show(summary, isLast: isOver, now: began.duration(to: clock.now).milliseconds)
            shown = summary
            if isOver { return }
            try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
        }
    }
}
