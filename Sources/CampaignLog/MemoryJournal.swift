internal import Synchronization

/// The journal of `MemoryEventStore`: outlives the stores on it as a disk outlives a process.
package final class MemoryJournal: Sendable {
    struct State {
        var head = LogHead(nextSequence: 1, frames: 0, root: MerkleHash.empty, epoch: 0)
        var tree = MerkleAccumulator()
        /// First sequences of the frames, ascending, and the frames beside them.
        var sequences: [UInt64] = []
        var frames: [[UInt8]] = []
        var tables: [MemoryTable] = Table.allCases.map { _ in MemoryTable() }
        var commits: UInt64 = 0
        var fault: MemoryFaultSource?
    }

    let state = Mutex(State())

    package init() {}

    /// Commits that took effect.
    package var commits: UInt64 {
        state.withLock { $0.commits }
    }

    /// From now on `source` is asked before each commit whether it fails; nil ends that.
    package func setFaults(_ source: MemoryFaultSource?) {
        state.withLock { $0.fault = source }
    }

    /// Overwrites one byte of the frame at `index` with its exclusive or with `mask`: damage for tests.
    package func damageFrame(at index: Int, byte: Int, mask: UInt8) {
        state.withLock { state in
            guard state.frames.indices.contains(index), state.frames[index].indices.contains(byte) else { return }
            state.frames[index][byte] ^= mask
        }
    }
}

/// Decides the fate of a commit, given how many have taken effect so far.
package typealias MemoryFaultSource = @Sendable (UInt64) -> MemoryFault?

package enum MemoryFault: Sendable, Equatable {
    /// Nothing is stored, and the caller gets the error.
    case refused(LogError)
    /// All is stored, but the caller gets the error: the acknowledgement was lost.
    case storedUnacknowledged(LogError)
}

/// A table in key order.
struct MemoryTable {
    private(set) var keys: [TableKey] = []
    private(set) var values: [[UInt8]] = []

    /// The index of the first key that is not before `key`.
    func lowerBound(_ key: TableKey) -> Int {
        if let last = keys.last, last < key { return keys.count }
        return keys.partitioningIndex { $0 >= key }
    }

    func value(_ key: TableKey) -> [UInt8]? {
        let index = lowerBound(key)
        return index < keys.count && keys[index] == key ? values[index] : nil
    }

    mutating func put(_ key: TableKey, _ value: [UInt8]) {
        let index = lowerBound(key)
        if index < keys.count && keys[index] == key {
            values[index] = value
        } else {
            keys.insert(key, at: index)
            values.insert(value, at: index)
        }
    }

    mutating func delete(_ key: TableKey) {
        let index = lowerBound(key)
        guard index < keys.count && keys[index] == key else { return }
        keys.remove(at: index)
        values.remove(at: index)
    }

    mutating func delete(_ range: ClosedRange<UInt64>) {
        let start = lowerBound(.number(range.lowerBound))
        let end = keys.partitioningIndex { $0 > .number(range.upperBound) }
        guard start < end else { return }
        keys.removeSubrange(start..<end)
        values.removeSubrange(start..<end)
    }
}

extension Array {
    /// The first index whose element fulfils `predicate`, when all before it do not and all after it do.
    func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
