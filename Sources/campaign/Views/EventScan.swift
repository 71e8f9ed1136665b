import CampaignDomain
import CampaignEngine

/// Walks over events with a body that may fail in its own way: its error comes back as it was.
enum EventScan {
    typealias Body = (LoggedEvent) throws(CLIError) -> Bool

    static func forward(
        _ reader: JournalReader, from: EventSequence = 1, job: JobID?, _ body: Body
    ) throws(CLIError) {
        var failure: CLIError?
        do {
            try reader.events(from: from, job: job) { goesOn($0, body, &failure) }
        } catch {
            throw CLIError(error)
        }
        if let failure { throw failure }
    }

    static func backward(_ reader: JournalReader, job: JobID?, _ body: Body) throws(CLIError) {
        var failure: CLIError?
        do {
            try reader.eventsReversed(job: job) { goesOn($0, body, &failure) }
        } catch {
            throw CLIError(error)
        }
        if let failure { throw failure }
    }

    private static func goesOn(_ logged: LoggedEvent, _ body: Body, _ failure: inout CLIError?) -> Bool {
        do throws(CLIError) {
            return try body(logged)
        } catch {
            failure = error
            return false
        }
    }
}
