/// What is going to happen, in order of time; at equal times, in the order in which it was planned. A binary heap.
struct EventQueue {
    struct Entry {
        var time: Int64
        var order: UInt64
        /// The process that it happens in; nil for what happens outside. Nothing happens in a dead process.
        var process: EngineProcess?
        var action: () -> Void

        func isBefore(_ other: Entry) -> Bool { time != other.time ? time < other.time : order < other.order }
    }

    private var entries: [Entry] = []
    private var order: UInt64 = 0

    var count: Int { entries.count }
    var first: Entry? { entries.first }

    mutating func add(at time: Int64, in process: EngineProcess?, _ action: @escaping () -> Void) {
        order += 1
        entries.append(Entry(time: time, order: order, process: process, action: action))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].isBefore(entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() -> Entry? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            siftDown()
        }
        return first
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
