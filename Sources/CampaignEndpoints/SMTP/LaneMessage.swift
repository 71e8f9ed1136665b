import CampaignDomain
import CampaignEngine
import CampaignMail
import CampaignSMTP

/// One of a lane's messages: what the engine and the server have said of it. Used again for one after the other.
final class LaneMessage: SMTPMessageSource {
    enum Place {
        /// Belongs to nobody.
        case free
        /// Not begun: the lane has no connection for it yet, or no longer.
        case waiting
        /// In the connection's hands.
        case begun
    }

    private unowned let lane: SMTPLane
    var place = Place.free
    private(set) var delivery: Delivery?
    /// Its idempotency key in words, once it was rendered.
    private(set) var key: String?
    /// The engine was told that the server waits for the content. From here on it claims, or lets the message be forgotten;
    /// until then it is told nothing more.
    var isReported = false
    var isClaimed = false
    var isDiscarded = false
    /// The server waits for the content, or has waited.
    var isAwaited = false
    var isHandedOver = false
    /// A second connection was asked for it, without the engine's knowing.
    var isRepeated = false
    /// What was found out after the engine was told that all was well: told when it has claimed.
    var pending: DeliveryOutcome?

    private var bytes: [UInt8] = []
    private var isRendered = false

    init(_ lane: SMTPLane) { self.lane = lane }

    /// Some of the content may have left.
    var hasContentBegun: Bool { isClaimed && isAwaited }

    /// No server has seen it and the engine was told nothing of it. One that was tried before stays where that is known.
    var isUntouched: Bool {
        place == .waiting && !isReported && !isClaimed && !isDiscarded && !isRepeated && pending == nil
    }

    func take(_ delivery: Delivery) {
        self.delivery = delivery
        place = .waiting
    }

    /// The engine's delivery with its claim replaces the one that was prepared.
    func claim(_ delivery: Delivery) {
        self.delivery = delivery
        isClaimed = true
    }

    func clear() {
        place = .free
        (delivery, key, pending) = (nil, nil, nil)
        (isReported, isClaimed, isDiscarded, isAwaited, isHandedOver, isRepeated) =
            (false, false, false, false, false, false)
        isRendered = false
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptCapacityMaxBytes)
    }

    private static let keptCapacityMaxBytes = 1024 * 1024

    /// Makes the message, if it is not made yet. The same bytes each time.
    func render(_ scratch: inout RenderScratch) throws(RenderingError) {
        guard !isRendered, let delivery else { return }
        bytes.removeAll(keepingCapacity: true)
        let key = key ?? delivery.key.description
        self.key = key
        try delivery.render(into: &bytes, key: key, scratch: &scratch)
        isRendered = true
    }

    // MARK: SMTPMessageSource

    func writeMessage(into bytes: inout [UInt8]) {
        swap(&bytes, &self.bytes)
        isRendered = false
    }

    func contentAwaited() {
        isAwaited = true
        lane.contentAwaited(self)
    }

    func beforeTerminator() {
        // Ends the session, so that the content stays without its end.
        guard delivery?.beginHandover() ?? true else { return lane.hangUp() }
        isHandedOver = true
    }

    func finished(_ result: TransactionResult) {
        place = .waiting
        lane.finished(self, result)
    }
}
