import ArgumentParser
import CampaignDomain
import CampaignEngine

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write out the recipients with their outcomes.",
        discussion: """
            In list order: ordinal, key, outcome, attempts, reason, then the list's own columns (`email` is the \
            first), so that an export can be the next campaign's list. CSV is RFC 4180.

            A spreadsheet runs cells that begin with = + - or @ as formulas, and recipients choose what is in their \
            fields. In CSV such cells therefore get a ' in front, unless they are plain numbers; --exact leaves every \
            cell as it is. JSON Lines is always exact.

            Example:
              campaign export spring-2026 --outcome failed --format csv > failed.csv
            """)

    enum Outcome: String, ExpressibleByArgument, CaseIterable {
        case sent
        case failed
        case skipped
        case inDoubt = "in-doubt"
        case pending

        /// Claimed and deferred recipients have no outcome yet: they count as pending.
        func includes(_ phase: RecipientPhase) -> Bool {
            switch phase {
            case .sent: self == .sent
            case .failed: self == .failed
            case .skipped: self == .skipped
            case .inDoubt: self == .inDoubt
            case .pending, .claimed, .deferred: self == .pending
            }
        }
    }

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv
        case jsonl
    }

    @OptionGroup var job: JobArgument
    @Option(help: ArgumentHelp("Only recipients with this outcome; pending means none yet.", valueName: "outcome"))
    var outcome: Outcome?
    @Option(help: ArgumentHelp("csv or jsonl.", valueName: "format"))
    var format: Format?
    @Flag(help: "Leave cells alone that a spreadsheet would run as formulas.")
    var exact = false
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func validate() throws {
        if json.isOn, format == .csv { throw ValidationError("--json and --format csv exclude each other.") }
    }

    func run() throws {
        let reader = try journal.reader()
        let job = try reader.job(job.job)
        let state = try reader.state(job)
        let reasons = try OutcomeReasons.read(job, reader)
        let rows = ExportRows(
            format: format ?? (json.isOn ? .jsonl : .csv), columns: state.columns, isExact: exact,
            isTerminal: Terminal.output.isInteractive)
        var output = OutputStream.standardOutput()
        if let header = rows.header { try output.raw(header) }
        var failure: CLIError?
        try reader.forEachRecipient(job) { record in
            guard let phase = state.phase(of: record.ordinal), outcome?.includes(phase) ?? true else { return true }
            let row = rows.row(
                record, phase, attempts: state.attempts(of: record.ordinal) ?? 0, reason: reasons[record.ordinal])
            do throws(CLIError) {
                try output.raw(row)
                return true
            } catch {
                failure = error
                return false
            }
        }
        if let failure { throw failure }
        try output.flush()
    }
}
