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
    var security = SecurityOptions()
    var probe = ProbeOptions()
    /// As the log keeps them: as they were written, but with absolute paths.
    private(set) var text = ""

    private static let known =
        ["connections", "per-connection", "timeout", "retries", "retry-interval"] + PacingOptions.known
        + SMTPOptions.known + SecurityOptions.known + ProbeOptions.known
    static let connectionsMax = 10_000

    /// - Parameter address: as errors show it.
    init(_ query: String, of address: String, relativeTo directory: String) throws(EngineError) {
        var retries: Int?
        var interval: Int64?
        var pacing = PacingOptions()
        var items: [String] = []
        for item in query.split(separator: "&") {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(pair[0])
            guard var value = PercentEncoding.decode(pair.count > 1 ? pair[1] : "") else {
                throw EngineError(
                    .badEndpoint, "\(address): a percent sign in \(Self.shown(name)) must begin a UTF-8 byte, as in %26"
                )
            }
            if Self.paths.contains(name), !value.isEmpty {
                value = EndpointURL.absolute(value, relativeTo: directory)
                items.append("\(name)=\(PercentEncoding.encode(value, "&?#"))")
            } else {
                items.append(String(item))
            }
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
            case let name where PacingOptions.known.contains(name):
                if let expected = pacing.take(name, value) { throw refuse(expected) }
            case let name where SMTPOptions.known.contains(name):
                if let expected = smtp.take(name, value) { throw refuse(expected) }
            case let name where SecurityOptions.known.contains(name):
                if let expected = security.take(name, value) { throw refuse(expected) }
            case let name where ProbeOptions.known.contains(name):
                if let expected = probe.take(name, value) { throw refuse(expected) }
            default:
                throw Self.unknown(name, address)
            }
        }
        text = items.joined(separator: "&")
        let standard = EndpointPolicy()
        policy = EndpointPolicy(
            retries: retries ?? standard.retries,
            intervalMilliseconds: interval ?? standard.delays.firstMilliseconds, ratePerHour: pacing.ratePerHour,
            weight: pacing.weight, initialConnections: pacing.initialConnections)
        policy.probing = probe.policy
    }

    private static let paths = SecurityOptions.paths + SMTPOptions.paths

    /// An @ here may be the end of a password with a question mark in it.
    private static func shown(_ name: String) -> String { name.contains("@") ? "…" : name }

    private static func unknown(_ name: String, _ address: String) -> EngineError {
        let nearest = EditDistance.nearest(to: name, among: known) ?? ""
        return EngineError(
            .badEndpoint,
            "\(address): unknown option \(shown(name)), did you mean \(nearest)? Known are \(known.joined(separator: ", "))"
        )
    }
}
