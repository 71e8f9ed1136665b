import CampaignDomain
import CampaignEngine

/// An endpoint that renders each message, throws it away and calls it sent, within the call: the engine's own work remains.
///
/// SAFETY: the engine calls an endpoint from its log thread alone, and nothing here has a thread of its own.
final class ImmediateEndpoint: CallbackEndpoint, @unchecked Sendable {
    let name = "bench"
    let capacity: Int
    let preparesBeforeClaim = true
    private var reporter: EndpointReporter?
    private var message: [UInt8] = []
    /// Bytes of all messages.
    private(set) var sizeBytes = 0

    init(capacity: Int) { self.capacity = capacity }

    func attach(_ reporter: EndpointReporter) { self.reporter = reporter }

    func prepare(_ batch: [Delivery]) {
        for delivery in batch {
            message.removeAll(keepingCapacity: true)
            do throws(RenderingError) {
                try delivery.render(into: &message)
            } catch {
                reporter?.unrenderable(delivery, error)
            }
            sizeBytes += message.count
        }
        reporter?.prepared(batch)
    }

    func deliver(_ batch: [Delivery]) {
        reporter?.report(batch.map { DeliveryReport($0, .sent(reply: SampleLog.reply)) })
    }

    func check(_ answer: @escaping @Sendable (EndpointFault?) -> Void) { answer(nil) }

    func probe(_ claims: [Delivery], _ answer: @escaping @Sendable ([ProbeVerdict]) -> Void) {
        answer(claims.map { _ in .unknown })
    }

    func close(deadline: ContinuousClock.Instant, _ done: @escaping @Sendable () -> Void) { done() }
}
