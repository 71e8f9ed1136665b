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
        ["connections", "per-connection", "timeout", "retries", "retry-interval"] + SMTPOptions.known
    private static let later = ["rate", "tls-ca", "password-file", "password-env"]
    static let connectionsMax = 10_000

    init(_ query: String, of address: String) throws(EngineError) {
        var retries: Int?
        var interval: Int64?
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
                guard let time = Self.milliseconds(value), time > 0 else {
                    throw refuse("a duration such as 250ms, 60s or 5m")
                }
                timeoutMilliseconds = time
            case "retries":
                guard let number = Int(value), (0...1_000_000).contains(number) else {
                    throw refuse("a number, 0 or more")
                }
                retries = number
            case "retry-interval":
                guard let time = Self.milliseconds(value), time > 0 else {
                    throw refuse("a duration such as 250ms, 60s or 5m")
                }
                interval = time
            case let name where SMTPOptions.known.contains(name):
                if let expected = smtp.take(name, value) { throw refuse(expected) }
            default:
                throw Self.unknown(name, address)
            }
        }
        let standard = EndpointPolicy()
        policy = EndpointPolicy(
            retries: retries ?? standard.retries,
            intervalMilliseconds: interval ?? standard.delays.firstMilliseconds)
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

    /// `250ms`, `60s`, `5m`, `1h`.
    static func milliseconds(_ text: String) -> Int64? {
        let units: [(suffix: String, factor: Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
        for (suffix, factor) in units where text.hasSuffix(suffix) {
            guard let number = Int64(text.dropLast(suffix.count)), number >= 0 else { continue }
            let (product, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        return nil
    }
}
