import CampaignDomain
import CampaignEngine
import CampaignManifest

/// What an event's recipient and endpoints are called; nil where the journal no longer says.
struct EventNames {
    var recipient: RecipientRecord?
    /// Endpoint names by index.
    var endpoints: [String]

    init(recipient: RecipientRecord? = nil, endpoints: [String] = []) {
        self.recipient = recipient
        self.endpoints = endpoints
    }

    func endpoint(_ index: EndpointIndex) -> String? {
        Int(index) < endpoints.count ? endpoints[Int(index)] : nil
    }
}

/// One event as `log --json` gives it: sequence, time, epoch, job, type, then the event's own fields.
struct EventView {
    let logged: LoggedEvent
    let names: EventNames

    var json: JSON {
        .object(
            [
                ("sequence", JSON(logged.sequence)), ("time", JSON(logged.time)), ("epoch", JSON(logged.epoch)),
                ("job", JSON(logged.job.rawValue)), ("type", .string(logged.event.typeName)),
            ] + fields)
    }

    /// One line for people.
    func line(paint: Paint) -> String {
        let head = "\(logged.sequence)".leftPadded(to: 8)
        let type = logged.event.typeName
        let painted =
            switch logged.event {
            case .recipient(_, .sent), .jobCompleted: paint.good(type.rightPadded(to: 18))
            case .recipient(_, .failed), .jobAborted, .endpointRemoved: paint.bad(type.rightPadded(to: 18))
            case .recipient(_, .inDoubt), .recipient(_, .deferred), .endpointFailed, .endpointPaused, .jobPaused:
                paint.warning(type.rightPadded(to: 18))
            default: type.rightPadded(to: 18)
            }
        var line = "\(head)  \(paint.faint(logged.time.shown))  \(painted)"
        for field in fields where field.1 != .null {
            let value =
                switch field.1 {
                case .string(let text): Sanitised.line(text)
                default: field.1.text
                }
            line += "  \(paint.faint(field.0 + "="))\(value)"
        }
        return line
    }

    /// The event's own fields, in the order in which it declares them.
    private var fields: [(String, JSON)] {
        switch logged.event {
        case .engineStarted(let start):
            [
                ("host", .string(start.host)), ("hostIdentity", .string(start.hostIdentity)),
                ("bootID", .string(start.bootID)), ("processID", JSON(start.processID)),
                ("version", .string(start.version)),
            ]
        case .engineStopped(let reason): [("reason", .string(reason))]
        case .journalAdopted(let from, let to): [("from", .string(from)), ("to", .string(to))]
        case .storeRecovered(let reason, let retries, let paused):
            [("reason", .string(reason)), ("retries", JSON(retries)), ("pausedMilliseconds", .integer(paused))]
        case .recipient(let ordinal, let change): recipientFields(ordinal) + changeFields(change)
        default: jobFields
        }
    }

    private var jobFields: [(String, JSON)] {
        switch logged.event {
        case .jobCreated(let terms):
            [
                ("key", .string(terms.key)), ("name", .string(terms.name)), ("revision", JSON(terms.revision)),
                ("attempts", .integer(Int64(terms.retry.attempts))), ("inDoubt", .string(terms.inDoubt.word)),
                ("ratePerHour", JSON(terms.ratePerHour)), ("definition", .string(hex(terms.definitionDigest))),
                ("list", .string(hex(terms.listDigest))),
            ]
        case .recipientsImported(let total, let columns):
            [("total", JSON(total)), ("columns", .array(columns.map { .string($0) }))]
        case .jobStarted(let endpoints): [("endpoints", .array(endpoints.map { .string($0) }))]
        case .jobPaused(let reason): [("reason", .string(reason))]
        case .jobAborted(let reason, let recoverable):
            [("reason", .string(reason)), ("recoverable", .bool(recoverable))]
        case .jobCompleted(let tally):
            [
                ("sent", JSON(tally.sent)), ("failed", JSON(tally.failed)), ("skipped", JSON(tally.skipped)),
                ("inDoubt", JSON(tally.inDoubt)),
            ]
        case .endpointFailed(let index, let attempt, let retries, let reason):
            [
                ("endpoint", endpoint(index)), ("attempt", JSON(attempt)), ("retries", JSON(retries)),
                ("reason", .string(reason)),
            ]
        case .endpointPaused(let index, let until): [("endpoint", endpoint(index)), ("until", JSON(until))]
        case .endpointRecovered(let index), .endpointRestored(let index): [("endpoint", endpoint(index))]
        case .endpointLimited(let index, let limits):
            [
                ("endpoint", endpoint(index)), ("connections", JSON(limits.connections)),
                ("ratePerHour", JSON(limits.ratePerHour)), ("weight", JSON(limits.weight)),
            ]
        case .destinationsLimited(let limits):
            [
                ("concurrency", JSON(limits.standard.concurrency)), ("ratePerHour", JSON(limits.standard.ratePerHour)),
                (
                    "domains",
                    .array(
                        limits.named.map {
                            .object([
                                ("domain", .string($0.domain)), ("concurrency", JSON($0.limit.concurrency)),
                                ("ratePerHour", JSON($0.limit.ratePerHour)),
                            ])
                        })
                ),
            ]
        case .endpointRemoved(let index, let reason), .endpointSuspended(let index, let reason),
            .endpointWithdrawn(let index, let reason):
            [("endpoint", endpoint(index)), ("reason", .string(reason))]
        default: []
        }
    }

    private func recipientFields(_ ordinal: Ordinal) -> [(String, JSON)] {
        [
            ("ordinal", JSON(ordinal)), ("address", JSON(names.recipient?.address)),
            ("key", JSON(names.recipient?.key.description)),
        ]
    }

    private func changeFields(_ change: RecipientChange) -> [(String, JSON)] {
        switch change {
        case .skipped(let reason, let detail): [("reason", .string(reason.word)), ("detail", .string(detail))]
        case .claimed(let index): [("endpoint", endpoint(index))]
        case .sent(let index, let reply): [("endpoint", endpoint(index)), ("reply", .string(reply))]
        case .failed(let index, let kind, let reply):
            [("endpoint", endpoint(index)), ("kind", .string(kind.word)), ("reply", .string(reply))]
        case .deferred(let index, let attempt, let due, let reply):
            [
                ("endpoint", endpoint(index)), ("attempt", JSON(attempt)), ("due", JSON(due)),
                ("reply", .string(reply)),
            ]
        case .released(let index, let reason), .inDoubt(let index, let reason):
            [("endpoint", endpoint(index)), ("reason", .string(reason))]
        case .inDoubtResolved(let verdict, let evidence):
            [("verdict", .string(verdict.word)), ("evidence", .string(evidence))]
        }
    }

    private func endpoint(_ index: EndpointIndex) -> JSON { .string(names.endpoint(index) ?? "endpoint \(index)") }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension String {
    func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }
    func rightPadded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
