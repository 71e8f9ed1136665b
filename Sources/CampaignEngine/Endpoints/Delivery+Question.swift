public import CampaignDomain

/// What is known of a message that an endpoint is asked about.
final class ProbeQuestion: Sendable {
    let claimedAt: Timestamp?
    let lostAt: Timestamp

    init(claimedAt: Timestamp?, lostAt: Timestamp) {
        self.claimedAt = claimedAt
        self.lostAt = lostAt
    }
}

/// For ``Endpoint/probe(_:)``: when the message can have reached its receiver. By the engine's clock.
extension Delivery {
    /// It was claimed then: before, nothing of it had left. nil for a message that is not asked about, and where it is not known.
    public var claimedAt: Timestamp? { question?.claimedAt }

    /// At the latest by then its sender had lost it: since, only what was on its way already can have arrived. nil for a
    /// message that is not asked about.
    public var lostAt: Timestamp? { question?.lostAt }
}
