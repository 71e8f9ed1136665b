import CampaignDomain
import CampaignEngine

/// Prints events with the names of their recipients and endpoints.
struct EventPrinter {
    private var naming: EventNaming
    private var output: OutputStream
    private let json: Bool
    private let paint: Paint

    init(reader: JournalReader, json: Bool, flushesLines: Bool) {
        naming = EventNaming(reader)
        output = .standardOutput(flushesLines: flushesLines)
        self.json = json
        paint = Paint(.output)
    }

    mutating func show(_ logged: LoggedEvent) throws(CLIError) {
        let view = EventView(logged: logged, names: naming.names(for: logged))
        if json {
            try output.line(view.json)
        } else {
            try output.line(view.line(paint: paint))
        }
    }

    mutating func flush() throws(CLIError) { try output.flush() }
}

/// Looks up what events call by number.
///
/// Tolerant: where the journal cannot say (a damaged log, an erased person), the names are left out, because the events
/// are what such a journal is looked into for.
struct EventNaming {
    private struct Job {
        var endpoints: [String]
        var book: RecipientBook?
    }

    private let reader: JournalReader
    /// Looked up by id, never iterated. Jobs that run at the same time alternate in the log.
    private var jobs: [JobID: Job] = [:]

    init(_ reader: JournalReader) { self.reader = reader }

    mutating func names(for logged: LoggedEvent) -> EventNames {
        guard logged.job != .journal else { return EventNames() }
        if jobs[logged.job].map({ Self.endpointsMin(logged.event) > $0.endpoints.count }) ?? true {
            jobs[logged.job] = Job(
                endpoints: (try? reader.state(logged.job).endpoints.map(\.name)) ?? [],
                book: try? reader.recipients(of: logged.job))
        }
        var names = EventNames(endpoints: jobs[logged.job]?.endpoints ?? [])
        if case .recipient(let ordinal, _) = logged.event {
            names.recipient = try? jobs[logged.job]?.book?.record(ordinal)
        }
        return names
    }

    /// How many endpoints must be known to name the event's: a followed job may have gained some.
    private static func endpointsMin(_ event: Event) -> Int {
        switch event {
        case .endpointFailed(let index, _, _, _), .endpointPaused(let index, _), .endpointRecovered(let index),
            .endpointRemoved(let index, _), .endpointRestored(let index), .endpointSuspended(let index, _),
            .endpointWithdrawn(let index, _), .endpointLimited(let index, _), .recipient(_, .claimed(let index)):
            Int(index) + 1
        default: 0
        }
    }
}

/// Finds a recipient by address, or says that there is none.
enum RecipientLookup {
    static func ordinals(of address: String, _ job: JobID, _ reader: JournalReader) throws(CLIError) -> [Ordinal] {
        let found: [Ordinal]
        do {
            found = try reader.find(job, address: address)
        } catch {
            throw CLIError(error)
        }
        guard !found.isEmpty else {
            throw CLIError(
                .inputNotFound, "no such recipient", at: address,
                remedy: "job \(job) has no recipient with this address")
        }
        return found
    }
}
