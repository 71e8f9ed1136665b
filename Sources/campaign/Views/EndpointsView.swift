import CampaignDomain
import CampaignEngine

/// The endpoints of a job, as `campaign endpoints` prints them.
struct EndpointsView {
    var endpoints: [EndpointState]

    /// One object for each.
    var json: [JSON] { endpoints.map(StatusView.endpoint) }

    func lines(paint: Paint) -> [String] {
        guard !endpoints.isEmpty else { return ["The job has not been started: its endpoints are not known yet."] }
        return StatusView.endpointLines(endpoints, paint: paint)
    }
}

extension EndpointLimits {
    /// In a table; empty when nothing is set.
    var shown: String {
        var parts: [String] = []
        if let connections { parts.append("\(connections) connections") }
        if let ratePerHour { parts.append(ratePerHour == 0 ? "no rate" : Self.rate(ratePerHour)) }
        if let weight { parts.append("weight \(weight)") }
        return parts.joined(separator: ", ")
    }

    private static func rate(_ perHour: UInt32) -> String {
        if perHour.isMultiple(of: 3600) { return "\(perHour / 3600)/s" }
        return perHour.isMultiple(of: 60) ? "\(perHour / 60)/m" : "\(perHour)/h"
    }
}
