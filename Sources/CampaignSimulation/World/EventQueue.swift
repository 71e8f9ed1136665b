import HeapModule

/// What is going to happen, in order of time; at equal times, in the order in which it was planned.
struct EventQueue {
    struct Entry: Comparable {
        var time: Int64
        var order: UInt64
        /// The process that it happens in; nil for what happens outside. Nothing happens in a dead process.
        var process: EngineProcess?
        var action: () -> Void

        static func < (left: Entry, right: Entry) -> Bool {
            left.time != right.time ? left.time < right.time : left.order < right.order
        }

        static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
    }

    private var entries = Heap<Entry>()
    private var order: UInt64 = 0

    var first: Entry? { entries.min }

    mutating func add(at time: Int64, in process: EngineProcess?, _ action: @escaping () -> Void) {
        order += 1
        entries.insert(Entry(time: time, order: order, process: process, action: action))
    }

    mutating func removeFirst() -> Entry? { entries.popMin() }
}
