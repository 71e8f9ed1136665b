/// Whatever is due at some time (deferred recipients by ordinal, mail domains by key): a binary heap. Equal times come out
/// by key, so the order never depends on history.
package struct DueQueue<Key: Comparable & Sendable>: Sendable {
    private struct Entry: Sendable {
        var due: Int64
        var key: Key

        func isBefore(_ other: Entry) -> Bool { due != other.due ? due < other.due : key < other.key }
    }

    private var entries: [Entry] = []

    package init() {}

    package var count: Int { entries.count }
    /// The earliest due time, in milliseconds since 1970.
    package var earliest: Int64? { entries.first?.due }
    /// All of them in the order in which they will come out, whatever the heap looks like. O(n log n).
    package var inOrder: [(key: Key, due: Int64)] {
        entries.sorted { $0.isBefore($1) }.map { (key: $0.key, due: $0.due) }
    }

    /// O(log n).
    package mutating func insert(_ key: Key, due: Int64) {
        entries.append(Entry(due: due, key: key))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].isBefore(entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest if it is due. O(log n).
    package mutating func popDue(now: Int64) -> Key? {
        guard let first = entries.first, first.due <= now else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            siftDown()
        }
        return first.key
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].isBefore(entries[smallest]) { smallest = child }
            }
            guard smallest != parent else { return }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
