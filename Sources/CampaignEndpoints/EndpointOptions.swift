import CampaignDomain
import CampaignEngine
import CampaignMail

/// The query of an endpoint's address.
struct EndpointOptions {
    var connections: Int?
    var messagesPerConnection: Int?
    var timeoutMilliseconds: Int64?
    var policy = EndpointPolicy()
    var smtp = SMTPOptions()

    private static let known =
        ["connections", "per-connection", "timeout", "retries", "retry-interval", "rate", "weight", "slow-start"]
        + SMTPOptions.known
    private static let later = ["tls-ca", "password-file", "password-env"]
    static let connectionsMax = 10_000
    /// As many as Postfix begins with towards a new destination.
    private static let initialConnectionsDefault = 5

    init(_ query: String, of address: String) throws(EngineError) {
        var retries: Int?
        var interval: Int64?
        var ratePerHour: UInt32 = 0
        var weight: UInt32?
        var initialConnections: Int? = Self.initialConnectionsDefault
        for item in query.split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(pair[0])
            let value = pair.count > 1 ? String(pair[1]) : ""
            func refuse(_ what: String) -> EngineError {
                EngineError(.badEndpoint, "\(address): \(name) must be \(what)")
            }
            switch name {
            case "connections":
                guard let number = Int(value), (1...Self.connectionsMax).contains(number) else {
                    throw refuse("a number from 1 to \(Self.connectionsMax)")
                }
                connections = number
            case "per-connection":
                guard let number = Int(value), number >= 1 else { throw refuse("a number of messages, 1 or more") }
                messagesPerConnection = number
            case "timeout":
                guard let time = Quantity.durationMilliseconds(value), time > 0 else {
                    throw refuse("a duration such as 250ms, 60s or 5m")
                }
                timeoutMilliseconds = time
            case "retries":
                guard let number = Int(value), (0...1_000_000).contains(number) else {
                    throw refuse("a number, 0 or more")
                }
                retries = number
            case "retry-interval":
                guard let time = Quantity.durationMilliseconds(value), time > 0 else {
                    throw refuse("a duration such as 250ms, 60s or 5m")
                }
                interval = time
            case "rate":
                guard let rate = Quantity.ratePerHour(value) else {
                    throw refuse("a rate such as 1000/s, 50/m or 100/h")
                }
                ratePerHour = rate
            case "weight":
                guard let number = UInt32(value), (1...EndpointLimits.weightMax).contains(number) else {
                    throw refuse("a number from 1 to \(EndpointLimits.weightMax)")
                }
                weight = number
            case "slow-start":
                if value == "off" {
                    initialConnections = nil
                } else if let number = Int(value), (1...Self.connectionsMax).contains(number) {
                    initialConnections = number
                } else {
                    throw refuse("off, or the number of connections to begin with")
                }
            case let name where SMTPOptions.known.contains(name):
                if let expected = smtp.take(name, value) { throw refuse(expected) }
            default:
                throw Self.unknown(name, address)
            }
        }
        let standard = EndpointPolicy()
        policy = EndpointPolicy(
            retries: retries ?? standard.retries,
            intervalMilliseconds: interval ?? standard.delays.firstMilliseconds, ratePerHour: ratePerHour,
            weight: weight, initialConnections: initialConnections)
    }

    private static func unknown(_ name: String, _ address: String) -> EngineError {
        if later.contains(name) {
            return EngineError(.badEndpoint, "\(address): the option \(name) is not supported by this version yet")
        }
        let nearest = EditDistance.nearest(to: name, among: known) ?? ""
        return EngineError(
            .badEndpoint,
            "\(address): unknown option \(name), did you mean \(nearest)? Known are \(known.joined(separator: ", "))")
    }
}
