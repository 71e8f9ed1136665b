import CampaignDomain

/// The options of an endpoint's address that say how much it is given.
///
/// | option | meaning |
/// |---|---|
/// | `rate=50/s` | messages through it in time; evenly spread |
/// | `weight=3` | its share of the messages among the endpoints that have a weight: one that has had more waits for the others |
/// | `slow-start=5` | connections to begin with, more being opened while it goes well and half of them closed when the server complains; `off` opens all at once |
struct PacingOptions: Hashable, Sendable {
    var ratePerHour: UInt32 = 0
    var weight: UInt32?
    /// As many as Postfix begins with towards a new destination.
    var initialConnections: Int? = 5

    static let known = ["rate", "weight", "slow-start"]

    /// Takes an option if it is one of these.
    ///
    /// - Returns: what its value should be, if it is not that; nil if all is well.
    mutating func take(_ name: String, _ value: String) -> String? {
        switch name {
        case "rate":
            guard let rate = Quantity.ratePerHour(value) else { return "a rate such as 1000/s, 50/m or 100/h" }
            ratePerHour = rate
        case "weight":
            guard let number = UInt32(value), (1...EndpointLimits.weightMax).contains(number) else {
                return "a number from 1 to \(EndpointLimits.weightMax)"
            }
            weight = number
        case "slow-start" where value == "off": initialConnections = nil
        case "slow-start":
            guard let number = Int(value), (1...EndpointOptions.connectionsMax).contains(number) else {
                return "off, or the number of connections to begin with"
            }
            initialConnections = number
        default: break
        }
        return nil
    }
}
