import NIOCore
import Synchronization

/// Sessions that an endpoint has, or has asked for, over all of its groups.
final class SessionCount: Sendable {
    private let open = Atomic(0)

    var isAny: Bool { open.load(ordering: .relaxed) > 0 }
    func opened() { open.add(1, ordering: .relaxed) }
    func closed() { open.subtract(1, ordering: .relaxed) }
}

/// How many lanes of a group may have a connection: fewer than configured where the server has refused one more.
///
/// A server that serves some connections and refuses a further one is not in trouble: it gives no more at present. Those it
/// gave go on, messages wait for them, nobody is charged and no endpoint pauses. One more is tried at each interval, and the
/// next at once when that is given.
struct LaneCrowd {
    private let lanes: Int
    /// nil is no limit.
    private(set) var lanesMax: Int?
    private(set) var isTrialScheduled = false

    init(lanes: Int) { self.lanes = lanes }

    /// Whether a lane without a connection may ask for one while so many have one, or are about to.
    func admits(beside others: Int) -> Bool { lanesMax.map { others < $0 } ?? true }

    /// A connection was refused while others were served.
    ///
    /// - Returns: true when ``intervalEnded()`` is to be called after the interval.
    mutating func refused(serving: Int) -> Bool {
        lanesMax = serving
        defer { isTrialScheduled = true }
        return !isTrialScheduled
    }

    /// One more may be tried.
    mutating func intervalEnded() {
        isTrialScheduled = false
        widen()
    }

    /// The server has given a connection.
    mutating func opened(serving: Int) {
        guard let limit = lanesMax else { return }
        // Others may have been asked for before the refusal came.
        lanesMax = max(limit, serving)
        if serving >= limit, !isTrialScheduled { widen() }
    }

    /// Nobody is served: whether the server can be reached at all is another question.
    mutating func dissolve() { lanesMax = nil }

    private mutating func widen() {
        guard let limit = lanesMax else { return }
        lanesMax = limit + 1 < lanes ? limit + 1 : nil
    }
}
