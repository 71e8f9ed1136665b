import CampaignDomain
import CampaignEngine

/// One recipient in doubt: since when, where, why.
struct Doubt {
    var record: RecipientRecord
    var job: JobID
    /// Nil when the log no longer says.
    var since: Timestamp?
    var endpoint: String?
    var reason: String?

    static func all(_ job: JobID, _ reader: JournalReader) throws(CLIError) -> [Doubt] {
        do {
            let state = try reader.state(job)
            let ordinals = state.ordinals(in: .inDoubt)
            guard !ordinals.isEmpty else { return [] }
            var last: [Ordinal: (Timestamp, EndpointIndex, String)] = [:]
            let wanted = Set(ordinals)
            try reader.events(job: job) { logged in
                if case .recipient(let ordinal, .inDoubt(let endpoint, let reason)) = logged.event,
                    wanted.contains(ordinal)
                {
                    last[ordinal] = (logged.time, endpoint, reason)
                }
                return true
            }
            var book = try reader.recipients(of: job)
            var doubts: [Doubt] = []
            for ordinal in ordinals {
                let event = last[ordinal]
                let endpoint = event.flatMap {
                    Int($0.1) < state.endpoints.count ? state.endpoints[Int($0.1)].name : nil
                }
                doubts.append(
                    Doubt(
                        record: try book.record(ordinal), job: job, since: event?.0, endpoint: endpoint,
                        reason: event?.2))
            }
            return doubts
        } catch {
            throw CLIError(error)
        }
    }

    var json: JSON {
        .object([
            ("job", JSON(job.rawValue)), ("ordinal", JSON(record.ordinal)), ("address", .string(record.address)),
            ("key", .string(record.key.description)), ("since", JSON(since)), ("endpoint", JSON(endpoint)),
            ("reason", JSON(reason)),
        ])
    }

    static func lines(_ doubts: [Doubt], paint: Paint) -> [String] {
        guard !doubts.isEmpty else { return [paint.good("Nobody is in doubt.")] }
        var table = AlignedTable([
            ("ordinal", .right), ("address", .left), ("since", .left), ("endpoint", .left), ("reason", .left),
        ])
        for doubt in doubts {
            table.add([
                .init("\(doubt.record.ordinal)"), .init(doubt.record.address), .init(doubt.since?.shown ?? ""),
                .init(doubt.endpoint ?? ""), .init(doubt.reason ?? ""),
            ])
        }
        let advice = "Decide with: campaign in-doubt resolve ADDRESS|--all --sent|--not-sent|--resend --reason TEXT"
        return table.lines(paint: paint) + ["", advice]
    }
}
