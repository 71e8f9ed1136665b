import CampaignDomain
import CampaignEngine

/// One request to a job, from outside the process that sends it.
struct ControlSession {
    let journal: JournalOption
    let job: String?
    let json: Bool

    func send(_ verb: String, _ request: (UInt32) -> ControlRequest) async throws {
        let summary = try journal.summaryAndClose(job)
        try await send(verb, to: summary, request(summary.job.rawValue))
    }

    func send(_ verb: String, to summary: JobSummary, _ request: ControlRequest) async throws {
        let result = try await JournalControl.request(journal: journal.path(), request)
        var output = OutputStream.standardOutput()
        if json {
            try output.line(Self.json(verb, summary, result))
        } else {
            try output.line(Self.sentence(verb, summary, result))
        }
        try output.flush()
    }

    static func json(_ verb: String, _ summary: JobSummary, _ result: JournalControl.Result) -> JSON {
        let (taker, isWritten): (EngineHolder?, Bool) =
            switch result {
            case .takenUp(let holder): (holder, true)
            case .written: (nil, true)
            case .queued(let holder): (holder, false)
            }
        return .object([
            ("job", JSON(summary.job.rawValue)), ("key", .string(summary.key)), ("request", .string(verb)),
            ("inLog", .bool(isWritten)), ("engine", taker.map { .integer(Int64($0.processID)) } ?? .null),
        ])
    }

    static func sentence(_ verb: String, _ summary: JobSummary, _ result: JournalControl.Result) -> String {
        let key = Sanitised.line(summary.key)
        switch result {
        case .takenUp(let holder): return "\(key): \(verb) taken up by the engine with pid \(holder.processID)"
        case .written: return "\(key): \(verb) written to the journal; no engine runs"
        case .queued(let holder):
            let who =
                holder.map { "the engine with pid \($0.processID) has not answered yet" } ?? "the engine has ended"
            return "\(key): \(verb) is in the journal and will be taken up; \(who)"
        }
    }
}
