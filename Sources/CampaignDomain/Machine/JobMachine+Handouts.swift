/// Telling one handing-out of a recipient from the next.
///
/// A message that was given up (its job was paused, say) may come to the same endpoint again while the endpoint's last word about
/// the first time is still on its way. Taken for the second time's, a loss of the first would send a second copy.
///
/// All of these are mutating without changing anything: a machine that a class holds is then looked at in its place. Else the whole of it
/// would be copied for each look, at more than a thousand instructions a time.
extension JobMachine {
    /// The number of the recipient's present handing-out: its deliveries carry it, and so do the answers to them. 0 for one that
    /// is not in hand.
    package mutating func handout(of ordinal: Ordinal) -> UInt32 { handouts[ordinal] ?? 0 }

    /// Whether an answer is about an earlier handing-out of a recipient that is in hand again. The driver drops it; one about a
    /// recipient that is in nobody's hand is for the machine to judge.
    package mutating func isStale(_ ordinal: Ordinal, handout: UInt32) -> Bool {
        guard let present = handouts[ordinal] else { return false }
        return present != handout
    }

    /// What the driver wants to know of it between turns: recipients in hand, and the next wake.
    package mutating func stock(now: Timestamp) -> (inFlight: Int, wake: Timestamp?) { (inFlight, nextWake(now: now)) }
}
