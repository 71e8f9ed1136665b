#if CAMPAIGN_MUTANTS
import CampaignMutants
#endif

/// What an endpoint says of a claimed message on its way, so that a crash leaves less in doubt (the flight recorder).
///
/// Both are a write to memory: no system call, from any thread. They survive the process, not a power cut. Where nothing
/// is recorded they do nothing.
extension Delivery {
    /// To be called before the step after which the receiver may have the message: for SMTP, before the write that holds the
    /// end of the content.
    ///
    /// After a crash a message for which this was not called was surely not handed over, and is sent by the next run. So an
    /// endpoint that says ``Endpoint/recordsHandover`` must call it for every message, however it comes to be handed over.
    ///
    /// - Returns: false when the message must not be handed over; report it as not sent. Either another engine has taken it back,
    ///   because this one seemed to have ended; or this is the delivery that was prepared, and not the one of
    ///   ``Endpoint/deliver(_:)``, which has the claim.
    public func beginHandover() -> Bool {
        guard isClaimed else { return false }
        guard let flight else { return true }
        #if CAMPAIGN_MUTANTS
        if Mutant.handoverNotRecorded.isPlanted { return true }
        #endif
        return flight.handOver()
    }

    /// To be called when the receiver has answered to the message as a whole, with its reply's code (RFC 5321 §4.2): 2xx has
    /// taken it, 4xx and 5xx have not.
    public func recordReply(code: UInt16) { flight?.answer(code) }
}
