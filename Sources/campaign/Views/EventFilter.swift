import ArgumentParser
import CampaignDomain
import CampaignEngine
import CampaignMail

/// Which events `campaign log` shows.
struct EventFilter {
    var from: EventSequence = 1
    var until: EventSequence = .max
    var job: JobID?
    /// Type names; empty admits all.
    var types: Set<String> = []
    /// One recipient's ordinals; nil admits all events.
    var ordinals: Set<Ordinal>?

    func admits(_ logged: LoggedEvent) -> Bool {
        guard logged.sequence >= from, logged.sequence <= until, job == nil || logged.job == job else { return false }
        if !types.isEmpty, !types.contains(logged.event.typeName) { return false }
        guard let ordinals else { return true }
        if case .recipient(let ordinal, _) = logged.event { return ordinals.contains(ordinal) }
        return false
    }

    /// A type as given on the command line, in any case; an unknown one names the nearest.
    static func typeName(_ text: String) throws -> String {
        let known = EventKind.allCases.map(\.name)
        if let name = known.first(where: { $0.lowercased() == text.lowercased() }) { return name }
        let nearest = EditDistance.nearest(to: text, among: known) ?? ""
        throw ValidationError("'\(text)' is no type of event; did you mean \(nearest)?")
    }
}
