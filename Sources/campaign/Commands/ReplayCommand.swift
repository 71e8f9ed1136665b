import ArgumentParser
import CampaignDomain
import CampaignEngine

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Show a job's state as it was at an event or a time.",
        discussion: """
            The state is a fold over the events and nothing else. --check folds from the first event and compares the \
            result with the snapshot and the tables, byte for byte; a difference exits with 65.

            Examples:
              campaign replay spring-2026 --until 1200
              campaign replay spring-2026 --at 2026-03-01T09:30:00Z
              campaign replay --check
            """)

    @OptionGroup var job: JobArgument
    @Option(help: ArgumentHelp("Right after this event's sequence.", valueName: "n"))
    var until: EventSequence?
    @Option(
        help: ArgumentHelp("At this time (UTC).", valueName: "time"),
        transform: { text in
            guard let time = Timestamp(iso8601: text) else {
                throw ValidationError("'\(text)' is no time: write 2026-03-01T09:30:00Z.")
            }
            return time
        })
    var at: Timestamp?
    @Flag(help: "Fold from the start and compare.")
    var check = false
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func validate() throws {
        if until != nil, at != nil { throw ValidationError("Give --until or --at, not both.") }
    }

    func run() throws {
        let reader = try journal.reader()
        let job = try reader.job(job.job)
        let until = try self.until ?? at.map { try last(of: job, at: $0, reader) }
        let state = try reader.state(job, until: until)
        // As it was then: whether an engine ran is not asked of the past.
        let isRunning = until != nil || reader.engineHolder() != nil
        let view = StatusView(JobSummary(state, engineIsRunning: isRunning))
        let difference = check ? try reader.replayDifference(job) : nil
        var output = OutputStream.standardOutput()
        if json.isOn {
            try output.line(view.json.adding("check", check ? Self.json(difference) : nil))
        } else {
            let paint = Paint(.output)
            for line in view.lines(paint: paint) { try output.line(line) }
            if check {
                let verdict =
                    difference.map { paint.bad("replay differs: " + Sanitised.line($0)) }
                    ?? paint.good("replay from the first event gives the same state, byte for byte")
                try output.line(verdict)
            }
        }
        try output.flush()
        if difference != nil { try ExitStatus.badInput.exit() }
    }

    private static func json(_ difference: String?) -> JSON {
        .object([("ok", .bool(difference == nil)), ("difference", JSON(difference))])
    }

    /// The job's last event that had happened by `time`.
    private func last(of job: JobID, at time: Timestamp, _ reader: JournalReader) throws(CLIError) -> EventSequence {
        var last: EventSequence?
        try EventScan.backward(reader, job: job) { logged in
            guard logged.time <= time else { return true }
            last = logged.sequence
            return false
        }
        guard let last else {
            throw CLIError(.inputNotFound, "no such job then", at: time.iso8601, remedy: "the job was created later")
        }
        return last
    }
}
