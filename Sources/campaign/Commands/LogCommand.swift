import ArgumentParser
import CampaignDomain
import CampaignEngine

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Print the events.",
        discussion: """
            Without a job: the whole journal, with the engine's own events. --type may be given several times. \
            --follow waits for what comes. Recipients are shown with ordinal, address and key. With --json, one \
            object per line.

            Examples:
              campaign log spring-2026 --type RecipientFailed --type RecipientInDoubt
              campaign log --reverse | head
              campaign log --recipient ada@example.com --json
            """)

    @OptionGroup var job: JobArgument
    @Option(help: ArgumentHelp("The first event's sequence.", valueName: "n"))
    var from: EventSequence?
    @Option(help: ArgumentHelp("The last event's sequence.", valueName: "n"))
    var until: EventSequence?
    @Option(
        name: .customLong("type"), help: ArgumentHelp("Only events of this type. Repeatable.", valueName: "type"),
        transform: EventFilter.typeName)
    var types: [String] = []
    @Option(help: ArgumentHelp("Only events of this recipient.", valueName: "address"))
    var recipient: String?
    @Flag(help: "Wait for further events.")
    var follow = false
    @Flag(help: "The newest first.")
    var reverse = false
    @OptionGroup var journal: JournalOption
    @OptionGroup var json: JSONOption

    private static var pollMilliseconds: Int64 { 200 }

    func validate() throws {
        if follow, reverse { throw ValidationError("--follow and --reverse exclude each other.") }
        if follow, until != nil { throw ValidationError("--follow and --until exclude each other.") }
        if let from, let until, from > until { throw ValidationError("--from is after --until.") }
    }

    func run() async throws {
        let reader = try journal.reader()
        var filter = EventFilter(from: from ?? 1, until: until ?? .max, types: Set(types))
        if job.job != nil || recipient != nil { filter.job = try reader.job(job.job) }
        if let recipient, let job = filter.job {
            filter.ordinals = Set(try RecipientLookup.ordinals(of: recipient, job, reader))
        }
        var printer = EventPrinter(reader: reader, json: json.isOn, flushesLines: follow)
        do {
            try await show(filter, reader, &printer)
        } catch {
            // In a damaged log, what stands before the damage is still shown.
            try printer.flush()
            throw error
        }
        try printer.flush()
    }

    private func show(_ filter: EventFilter, _ reader: JournalReader, _ printer: inout EventPrinter) async throws {
        if reverse { return try printReversed(filter, reader, &printer) }
        var filter = filter
        filter.from = try printForward(filter, reader, &printer)
        while follow {
            try await Task.sleep(for: .milliseconds(Self.pollMilliseconds))
            if try reader.head.sequence >= filter.from { filter.from = try printForward(filter, reader, &printer) }
        }
    }

    /// Returns the sequence to go on from.
    private func printForward(
        _ filter: EventFilter, _ reader: JournalReader, _ printer: inout EventPrinter
    ) throws -> EventSequence {
        // What is committed while we read is left to the next turn.
        let last = min(filter.until, try reader.head.sequence)
        try EventScan.forward(reader, from: filter.from, job: filter.job) { logged throws(CLIError) in
            guard logged.sequence <= last else { return false }
            if filter.admits(logged) { try printer.show(logged) }
            return true
        }
        try printer.flush()
        return last == .max ? last : max(last + 1, filter.from)
    }

    private func printReversed(
        _ filter: EventFilter, _ reader: JournalReader, _ printer: inout EventPrinter
    ) throws {
        try EventScan.backward(reader, job: filter.job) { logged throws(CLIError) in
            guard logged.sequence >= filter.from else { return false }
            if filter.admits(logged) { try printer.show(logged) }
            return true
        }
    }
}
