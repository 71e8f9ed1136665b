/// What the machine wants done. Events come first: no action may be carried out before they are durable.
package struct Decision: Sendable {
    package var events = EventEncoder()
    package var actions: [Action] = []

    package init() {}

    /// Takes a message out of the deliveries that have not begun: its endpoint has lost it in the very turn in which it was
    /// claimed.
    mutating func withdraw(_ ordinal: Ordinal, from endpoint: EndpointIndex) {
        for index in actions.indices {
            guard case .deliver(endpoint, let generation, var ordinals) = actions[index],
                let position = ordinals.firstIndex(of: ordinal)
            else { continue }
            ordinals.remove(at: position)
            actions[index] = .deliver(endpoint, generation: generation, ordinals)
        }
        actions.removeAll { if case .deliver(_, _, let ordinals) = $0 { ordinals.isEmpty } else { false } }
    }

    package mutating func removeAll() {
        events.removeAll()
        actions.removeAll(keepingCapacity: true)
    }
}

/// Something for the driver to do outside.
package enum Action: Hashable, Sendable {
    /// Get the messages ready at the endpoint without showing them; answer each with `prepared`, or with what keeps it from
    /// being claimed. `generation` comes back with an outcome.
    case prepare(EndpointIndex, generation: UInt32, [Ordinal])
    /// Forget messages that were prepared: they will not be claimed.
    case discard(EndpointIndex, [Ordinal])
    /// Hand the claimed messages over; answer each with `outcome`. `generation` comes back with it.
    case deliver(EndpointIndex, generation: UInt32, [Ordinal])
    /// See whether the endpoint can be reached; answer with `checked`.
    case check(EndpointIndex)
    /// Ask what became of messages claimed before a crash; answer with `probed`.
    case probe(EndpointIndex, [Ordinal])
    /// The run is over and nothing is under way but perhaps a check, whose answer no longer matters.
    case finished(JobEnding)
}

/// How a run of a job ended.
public enum JobEnding: Hashable, Sendable {
    case completed
    /// Every endpoint was removed; the next run goes on.
    case abortedRecoverably(reason: String)
    /// A person aborted the job; it does not go on.
    case aborted(reason: String)
    /// Stopped on request with work left.
    case stopped
}
