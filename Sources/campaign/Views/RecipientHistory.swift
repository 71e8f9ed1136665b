import CampaignDomain
import CampaignEngine

/// All that the log says of one recipient.
struct RecipientHistory {
    var standing: StandingSentence
    var events: [EventView]

    /// One pass over the log for all of `ordinals`, which are the rows that hold one address.
    static func read(
        _ ordinals: [Ordinal], _ job: JobID, _ reader: JournalReader
    ) throws(CLIError) -> [RecipientHistory] {
        var naming = EventNaming(reader)
        var events: [Ordinal: [EventView]] = [:]
        let wanted = Set(ordinals)
        try EventScan.forward(reader, job: job) { logged throws(CLIError) in
            if case .recipient(let ordinal, _) = logged.event, wanted.contains(ordinal) {
                events[ordinal, default: []].append(EventView(logged: logged, names: naming.names(for: logged)))
            }
            return true
        }
        do {
            let state = try reader.state(job)
            var book = try reader.recipients(of: job)
            var histories: [RecipientHistory] = []
            for ordinal in ordinals {
                let standing = StandingSentence(
                    record: try book.record(ordinal), phase: state.phase(of: ordinal),
                    attempts: state.attempts(of: ordinal) ?? 0, due: state.dueTime(of: ordinal))
                histories.append(RecipientHistory(standing: standing, events: events[ordinal] ?? []))
            }
            return histories
        } catch {
            throw CLIError(error)
        }
    }

    var json: JSON {
        .object([
            ("ordinal", JSON(standing.record.ordinal)), ("address", .string(standing.record.address)),
            ("key", .string(standing.record.key.description)), ("state", JSON(standing.phase?.word)),
            ("attempts", JSON(standing.attempts)), ("due", JSON(standing.due)),
            ("events", .array(events.map(\.json))),
        ])
    }

    func lines(paint: Paint) -> [String] {
        var lines = [paint.strong(Sanitised.line(standing.text))]
        if events.isEmpty { lines.append("  Nothing has happened to it yet.") }
        lines += events.map { "  " + Sanitised.line(HistorySentence(event: $0).text) }
        if !events.isEmpty { lines += [""] + events.map { $0.line(paint: paint) } }
        return lines
    }
}
