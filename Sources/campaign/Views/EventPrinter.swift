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
        let view = EventView(logged: logged, names: try naming.names(for: logged))
        if json {
            try output.line(view.json)
        } else {
            try output.line(view.line(paint: paint))
        }
    }

    mutating func flush() throws(CLIError) { try output.flush() }
}

/// Looks up what events call by number. Keeps one job's book at hand: events of a job come together.
struct EventNaming {
    private let reader: JournalReader
    private var job: JobID?
    private var endpoints: [String] = []
    private var book: RecipientBook?

    init(_ reader: JournalReader) { self.reader = reader }

    mutating func names(for logged: LoggedEvent) throws(CLIError) -> EventNames {
        guard logged.job != .journal else { return EventNames() }
        do {
            if job != logged.job || Self.endpointsMax(logged.event) > endpoints.count {
                let state = try reader.state(logged.job)
                endpoints = state.endpoints.map(\.name)
                book = try reader.recipients(of: logged.job)
                job = logged.job
            }
            guard case .recipient(let ordinal, _) = logged.event else { return EventNames(endpoints: endpoints) }
            return EventNames(recipient: try book?.record(ordinal), endpoints: endpoints)
        } catch {
            throw CLIError(error)
        }
    }

    /// How many endpoints must be known to name the event's. A followed job may have gained some.
    private static func endpointsMax(_ event: Event) -> Int {
        switch event {
        case .endpointFailed(let index, _, _, _), .endpointPaused(let index, _), .endpointRecovered(let index),
            .endpointRemoved(let index, _), .endpointRestored(let index):
            Int(index) + 1
        case .recipient(_, .claimed(let index)): Int(index) + 1
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
