import Synchronization

/// Remembers which group has which message, and deals new ones to the group with the least to do.
final class LaneDealer: Sendable {
    private struct Hands {
        var groupOf: [DeliveryName: Int] = [:]
        var load: [Int]
    }

    private let hands: Mutex<Hands>
    private let groupCount: Int

    init(groups: Int) {
        groupCount = groups
        hands = Mutex(Hands(load: Array(repeating: 0, count: groups)))
    }

    /// Deals out one after the other, evenly; the answer has a group for each.
    func deal(_ names: some Sequence<DeliveryName>) -> [Int] {
        hands.withLock { hands in
            names.map { name in
                var chosen = 0
                for group in 1..<groupCount where hands.load[group] < hands.load[chosen] { chosen = group }
                if let old = hands.groupOf.updateValue(chosen, forKey: name) { hands.load[old] -= 1 }
                hands.load[chosen] += 1
                return chosen
            }
        }
    }

    /// Where the messages are; the first group for one that was never dealt out, or is done with.
    func groups(of names: some Sequence<DeliveryName>) -> [Int] {
        hands.withLock { hands in names.map { hands.groupOf[$0] ?? 0 } }
    }

    /// The group is done with them.
    func forget(_ names: [DeliveryName], of group: Int) {
        hands.withLock { hands in
            // A message that was discarded may have been dealt to another group since.
            for name in names where hands.groupOf[name] == group {
                hands.groupOf[name] = nil
                hands.load[group] -= 1
            }
        }
    }
}
