import CampaignDomain
import CampaignEngine

/// One job at a glance: the fields of `status --json`, and the same for people.
struct StatusView {
    let summary: JobSummary
    let holder: EngineHolder?
    /// Named in hints where a command would not find the journal by itself.
    let journal: String?

    init(_ summary: JobSummary, holder: EngineHolder? = nil, journal: String? = nil) {
        self.summary = summary
        self.holder = holder
        self.journal = journal
    }

    var json: JSON {
        let tally = summary.tally
        return .object([
            ("job", JSON(summary.job.rawValue)), ("key", .string(summary.key)), ("name", .string(summary.name)),
            ("state", .string(summary.state.rawValue)), ("total", JSON(tally.total)), ("sent", JSON(tally.sent)),
            ("failed", JSON(tally.failed)), ("skipped", JSON(tally.skipped)), ("inDoubt", JSON(tally.inDoubt)),
            ("deferred", JSON(tally.deferred)), ("claimed", JSON(tally.claimed)), ("pending", JSON(tally.pending)),
            ("createdAt", JSON(summary.createdAt)), ("startedAt", JSON(summary.startedAt)),
            ("finishedAt", JSON(summary.finishedAt)), ("pauseReason", JSON(summary.pauseReason)), ("abort", abort),
            ("sequence", JSON(summary.sequence)), ("epoch", JSON(summary.epoch)),
            ("endpoints", .array(summary.endpoints.map(Self.endpoint))),
        ])
    }

    private var abort: JSON {
        guard summary.state == .aborted || summary.abortReason != nil else { return .null }
        return .object([
            ("reason", JSON(summary.abortReason)), ("recoverable", .bool(summary.abortIsRecoverable)),
        ])
    }

    static func endpoint(_ endpoint: EndpointState) -> JSON {
        .object([
            ("url", .string(endpoint.name)), ("state", .string(endpoint.standing.word)),
            ("sent", JSON(endpoint.sent)), ("failures", JSON(endpoint.failures)),
            ("lastError", JSON(endpoint.lastError)), ("pausedUntil", JSON(endpoint.standing.pausedUntil)),
            ("byPerson", .bool(endpoint.standing.isDecidedByPerson)),
            (
                "limits",
                .object([
                    ("connections", JSON(endpoint.limits.connections)),
                    ("ratePerHour", JSON(endpoint.limits.ratePerHour)), ("weight", JSON(endpoint.limits.weight)),
                ])
            ),
        ])
    }

    func lines(paint: Paint) -> [String] {
        let tally = summary.tally
        var table = AlignedTable([("", .left), ("", .left)])
        func add(_ name: String, _ value: String?, _ painted: (@Sendable (String) -> String)? = nil) {
            guard let value else { return }
            table.add([.init(name) { paint.faint($0) }, .init(value, paint: painted)])
        }
        add("job", "\(summary.job)")
        add("key", summary.key) { paint.strong($0) }
        add("name", summary.name)
        add("state", summary.state.rawValue) { [state = summary.state] in paint.state($0, state) }
        add("reason", reason)
        add("created", summary.createdAt.shown)
        add("started", summary.startedAt?.shown)
        add("finished", summary.finishedAt?.shown)
        add("recipients", "\(tally.settled) of \(tally.total) done")
        add("errors", "\(errors)")
        add("sent", "\(tally.sent)")
        add("failed", "\(tally.failed)") { tally.failed > 0 ? paint.bad($0) : $0 }
        add("skipped", "\(tally.skipped)")
        add("in doubt", "\(tally.inDoubt)") { tally.inDoubt > 0 ? paint.warning($0) : $0 }
        add("deferred", "\(tally.deferred)")
        add("claimed", "\(tally.claimed)")
        add("pending", "\(tally.pending)")
        add("engine", holder.map { "pid \($0.processID) on \($0.host) since \($0.startedAt)" })
        var lines = table.lines(paint: paint)
        if !summary.endpoints.isEmpty { lines += [""] + Self.endpointLines(summary.endpoints, paint: paint) }
        if let hint { lines += ["", paint.strong(hint)] }
        return lines
    }

    /// Failed recipients and failures of endpoints: the "error count" of a report.
    var errors: UInt64 { summary.endpoints.reduce(UInt64(summary.tally.failed)) { $0 + UInt64($1.failures) } }

    private var reason: String? {
        switch summary.state {
        case .paused: summary.pauseReason
        case .aborted:
            summary.abortReason.map { $0 + (summary.abortIsRecoverable ? " (recoverable)" : " (for good)") }
        case .interrupted: "no engine is at work on it"
        case .created, .running, .completed: nil
        }
    }

    /// What a person would do next.
    var hint: String? {
        switch summary.state {
        case .created, .interrupted: "Go on with: campaign run FILE, or \(command("resume"))"
        case .aborted where summary.abortIsRecoverable:
            "Once the endpoints work again: campaign run FILE, or \(command("resume"))"
        case .aborted: "This job does not go on. To send again, use a new job key."
        case .paused where holder == nil:
            "Go on with: \(command("resume")), or \(command("unpause")) and then campaign run FILE"
        case .paused: "Go on with: \(command("unpause"))"
        case .completed where summary.tally.inDoubt > 0: "Decide on those in doubt: \(command("in-doubt"))"
        case .running, .completed: nil
        }
    }

    private func command(_ verb: String) -> String {
        "campaign \(verb) \(summary.shellKey)" + (journal.map { " --journal \(Shell.quoted($0))" } ?? "")
    }

    static func endpointLines(_ endpoints: [EndpointState], paint: Paint) -> [String] {
        var table = AlignedTable([
            ("endpoint", .left), ("state", .left), ("sent", .right), ("failures", .right), ("limits", .left),
            ("last error", .left),
        ])
        for endpoint in endpoints {
            let standing = endpoint.standing
            table.add([
                .init(endpoint.name), .init(standing.shown) { paint.standing($0, standing) }, .init("\(endpoint.sent)"),
                .init("\(endpoint.failures)"), .init(endpoint.limits.shown), .init(endpoint.lastError ?? ""),
            ])
        }
        return table.lines(paint: paint)
    }
}

extension JobSummary {
    var shellKey: String { Shell.quoted(key) }
}

extension EndpointState.Standing {
    var word: String {
        switch self {
        case .active: "active"
        case .paused, .suspended: "paused"
        case .removed, .withdrawn: "removed"
        }
    }

    var pausedUntil: Timestamp? {
        if case .paused(let until) = self { until } else { nil }
    }

    var shown: String {
        switch self {
        case .paused(let until): "paused until \(until.shown)"
        case .suspended: "paused by a person"
        case .withdrawn: "removed by a person"
        case .active, .removed: word
        }
    }
}

extension Paint {
    func state(_ text: String, _ state: JobSummary.State) -> String {
        switch state {
        case .completed: good(text)
        case .aborted: bad(text)
        case .paused, .interrupted: warning(text)
        case .created, .running: strong(text)
        }
    }

    func standing(_ text: String, _ standing: EndpointState.Standing) -> String {
        switch standing {
        case .active: good(text)
        case .paused, .suspended: warning(text)
        case .removed, .withdrawn: bad(text)
        }
    }
}

extension JSON {
    init(_ time: Timestamp?) { self = time.map { .string($0.iso8601) } ?? .null }
}
