package import CampaignDomain

/// How far a lane has come with the message that it was allowed to send.
package enum LanePhase: Hashable, Sendable {
    /// The message is claimed; its last byte has not been handed to the socket.
    case claimed
    /// Its last byte is about to be: from here on the server may have the message.
    case handingOver
    /// The server has answered with this code: 2xx has taken it, 4xx and 5xx have not.
    case answered(UInt16)
}

/// Is told of every step between which a message could come into doubt, before the step is made.
///
/// Called on the event loops, once per step and message: must cost next to nothing and must not wait. A lane has one
/// message at a time between `claimed` and its outcome; lanes are numbered from 0 within their endpoint.
package protocol LaneObserver: Sendable {
    func note(_ lane: Int, _ key: IdempotencyKey, _ phase: LanePhase)
}
