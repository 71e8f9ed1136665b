public import CampaignDomain

/// What became of one delivery.
public struct DeliveryReport: Sendable {
    private let delivery: Delivery
    let outcome: DeliveryOutcome

    public init(_ delivery: Delivery, _ outcome: DeliveryOutcome) {
        self.delivery = delivery
        self.outcome = outcome
    }

    var job: JobID { delivery.job }
    var ordinal: Ordinal { delivery.ordinal }
    var endpoint: EndpointIndex { delivery.endpoint }
    var generation: UInt32 { delivery.generation }
    var handout: UInt32 { delivery.handout }
    var flight: FlightTicket? { delivery.flight }

    /// The same report, unless it says sent: what was not made durable after all must not count as sent.
    package func replacingSent(by outcome: DeliveryOutcome) -> DeliveryReport {
        guard case .sent = self.outcome else { return self }
        return DeliveryReport(delivery, outcome)
    }
}

/// Takes an endpoint's answers to the engine. Safe to call from any thread; batches cost less than single reports.
public struct EndpointReporter: Sendable {
    let inbox: Inbox

    public func report(_ reports: [DeliveryReport]) {
        if !reports.isEmpty { inbox.put(.reports(reports)) }
    }

    /// These messages are durable at the endpoint and may be claimed.
    public func prepared(_ batch: [Delivery]) {
        guard let first = batch.first else { return }
        inbox.put(.prepared(first.job, first.endpoint, batch))
    }

    /// These messages could not be prepared; nothing was shown to anyone.
    public func unprepared(_ batch: [Delivery], _ fault: EndpointFault) {
        guard let first = batch.first else { return }
        inbox.put(.unprepared(first.job, first.endpoint, batch, fault))
    }

    /// This message cannot be made: its recipient fails.
    public func unrenderable(_ delivery: Delivery, _ error: RenderingError) {
        inbox.put(
            .unrenderable(delivery.job, delivery.endpoint, delivery.ordinal, handout: delivery.handout, error.reason))
    }
}
