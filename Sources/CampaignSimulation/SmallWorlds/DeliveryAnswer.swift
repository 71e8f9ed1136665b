import CampaignDomain

/// Everything that an endpoint can make of a delivery.
package enum DeliveryAnswer: UInt8, Sendable, CaseIterable {
    case sent
    case deferred
    case failed
    case notRendered
    case dropped
    case unavailable
    case hopeless
    /// The reply was lost; the message had arrived.
    case doubtAccepted
    /// The connection was lost after the message; it had not arrived.
    case doubtNotAccepted

    /// All but the good one, and without `notRendered`: endpoints that prepare find that out while they prepare.
    package static let allFaults: [DeliveryAnswer] = [
        .deferred, .failed, .dropped, .unavailable, .hopeless, .doubtAccepted, .doubtNotAccepted,
    ]

    /// What may become of a message before its content is asked for.
    static let refusals: [DeliveryAnswer] = [.deferred, .failed, .dropped, .unavailable, .hopeless]

    /// Whether the endpoint has taken the message.
    var accepts: Bool { self == .sent || self == .doubtAccepted }

    /// What the driver is told. The texts are short and always the same: they decide nothing.
    var outcome: DeliveryOutcome {
        switch self {
        case .sent: .sent(reply: "250")
        case .deferred: .deferred(reply: "450")
        case .failed: .failed(.unknownAddress, reply: "550")
        case .notRendered: .failed(.rendering, reply: "no field")
        case .dropped: .notSent(EndpointFault(.dropped, "lost"))
        case .unavailable: .notSent(EndpointFault(.unavailable, "down"))
        case .hopeless: .notSent(EndpointFault(.hopeless, "never"))
        case .doubtAccepted, .doubtNotAccepted: .inDoubt(EndpointFault(.dropped, "lost"))
        }
    }

    var words: String {
        switch self {
        case .sent: "accepted, 250"
        case .deferred: "deferred, 450"
        case .failed: "refused, 550"
        case .notRendered: "not rendered"
        case .dropped: "connection lost before the message"
        case .unavailable: "endpoint unavailable"
        case .hopeless: "endpoint hopeless"
        case .doubtAccepted: "accepted, but the reply is lost"
        case .doubtNotAccepted: "not accepted, and the connection lost after the message"
        }
    }
}
