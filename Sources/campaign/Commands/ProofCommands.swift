import ArgumentParser
import CampaignDomain
import CampaignEngine

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Check the laws on the log.",
        discussion: """
            Every recipient counted once, no second copy, claims before outcomes, epochs in order, and what is \
            derived from the log the same as a fold from its start. Violations exit with 65.

            Example:
              campaign audit --json
            """)

    @OptionGroup var job: JobArgument
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() throws {
        let reader = try journal.reader()
        let job = try job.job.map { try reader.job($0) }
        // The journal's own violations concern every job.
        let view = AuditView(
            violations: try reader.audit().filter { job == nil || $0.job == job || $0.job == .journal })
        var output = OutputStream.standardOutput()
        if json.isOn {
            try output.line(view.json)
        } else {
            for line in view.lines(paint: Paint(.output)) { try output.line(line) }
        }
        try output.flush()
        if !view.violations.isEmpty { try ExitStatus.badInput.exit() }
    }
}

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute every hash of the log.",
        discussion: """
            Checks hashes and structure of the whole log and names the first bad place by its sequence. --head also \
            checks that the log passes through a root that was kept elsewhere (see `campaign head`): then nothing \
            before it was changed. A bad log exits with 65.

            Example:
              campaign verify --head "$(cat head.txt)"
            """)

    @Option(help: ArgumentHelp("A Merkle root from `campaign head`.", valueName: "hex"))
    var head: String?
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() throws {
        let report = try journal.reader().verify(expectedHead: head)
        var output = OutputStream.standardOutput()
        if json.isOn {
            try output.line(ProofView.json(report))
        } else {
            for line in ProofView.lines(report, paint: Paint(.output)) { try output.line(line) }
        }
        try output.flush()
        if !report.isSound { try ExitStatus.badInput.exit() }
    }
}

struct HeadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head",
        abstract: "Print the log's last sequence and Merkle root.",
        discussion: """
            Kept elsewhere, the root proves later (`campaign verify --head`) that nothing before it was changed.

            Example:
              campaign head --json >> heads.jsonl
            """)

    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    func run() throws {
        let head = try journal.reader().head
        var output = OutputStream.standardOutput()
        if json.isOn {
            try output.line(ProofView.json(head))
        } else {
            try output.line("\(head.sequence) \(head.root)")
        }
        try output.flush()
    }
}
