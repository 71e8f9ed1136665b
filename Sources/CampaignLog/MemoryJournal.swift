internal import Synchronization

/// The journal of `MemoryEventStore`: outlives the stores on it as a disk outlives a process.
package final class MemoryJournal: Sendable {
    struct State {
        var head = LogHead.ofNothing
        /// First sequences of the frames, ascending, and the frames beside them.
        var sequences: [UInt64] = []
        var frames: [[UInt8]] = []
        var tables: [MemoryTable] = Table.allCases.map { _ in MemoryTable() }
        var commits: UInt64 = 0
        var fault: MemoryFaultSource?
        /// The machine whose engines may write, and the process that holds the lock.
        var owner: HostIdentity?
        var lockHolder: LockHolder?
    }

    /// What a power cut goes back to when the newest commit's flush failed; nil when all is on the disk.
    struct Unflushed {
        var before: State
    }

    let state: Mutex<State>
    let unflushed = Mutex<Unflushed?>(nil)

    package init() { state = Mutex(State()) }

    private init(_ state: State) { self.state = Mutex(state) }

    /// The journal's files as copied to another disk: nobody holds its lock there.
    package func copied() -> MemoryJournal {
        var copy = state.withLock { $0 }
        copy.fault = nil
        copy.lockHolder = nil
        copy.owner?.id += "-original"
        return MemoryJournal(copy)
    }

    /// Commits that took effect.
    package var commits: UInt64 {
        state.withLock { $0.commits }
    }

    package var frameCount: Int { state.withLock { $0.frames.count } }

    /// The bytes of the frame at `index`, header included; nil beyond the last.
    package func frame(at index: Int) -> [UInt8]? {
        state.withLock { $0.frames.indices.contains(index) ? $0.frames[index] : nil }
    }

    /// From now on `source` is asked before each commit whether it fails; nil ends that.
    package func setFaults(_ source: MemoryFaultSource?) {
        state.withLock { $0.fault = source }
    }

    /// Whether the newest commit may be lost by a power cut, because its flush failed.
    package var hasUnflushed: Bool { unflushed.withLock { $0 != nil } }

    /// The machine's power is cut: the process that held the lock is gone, and so is what no flush has confirmed unless
    /// the disk happens to have written it.
    package func cutPower(keepsUnflushed: Bool) {
        let before = unflushed.withLock { unflushed in
            defer { unflushed = nil }
            return unflushed?.before
        }
        state.withLock { state in
            if let before, !keepsUnflushed {
                let fault = state.fault
                state = before
                state.fault = fault
            }
            state.lockHolder = nil
        }
    }

    /// Takes the engine's lock for a process.
    /// - Throws: `locked` with the holder.
    package func lock(for holder: LockHolder) throws(LogError) {
        try state.withLock { (state) throws(LogError) in
            if let present = state.lockHolder { throw .locked(holder: present) }
            state.lockHolder = holder
        }
    }

    /// Gives the lock back, or takes it from a process that has died.
    package func unlock(_ holder: LockHolder) {
        state.withLock { if $0.lockHolder == holder { $0.lockHolder = nil } }
    }

    package func isForeign(to host: HostIdentity) -> Bool {
        state.withLock { state in state.owner.map { $0.id != host.id } ?? false }
    }

    package var hasRequests: Bool { state.withLock { !$0.tables[Int(Table.control.rawValue)].keys.isEmpty } }
    package var hasSnapshots: Bool { state.withLock { !$0.tables[Int(Table.snapshots.rawValue)].keys.isEmpty } }

    /// Writes one value as another process does that may ask the engine for something: no commit of an engine's.
    package func put(_ put: TablePut) {
        state.withLock { $0.tables[Int(put.table.rawValue)].put(put.key, put.value) }
    }

    package func deleteTable(_ table: Table) {
        state.withLock { $0.tables[Int(table.rawValue)] = MemoryTable() }
    }

    /// Flips one bit of one of the table's values, chosen by `choice`; false when there is none.
    package func damageValue(_ table: Table, _ choice: UInt64) -> Bool {
        state.withLock { state in
            let entries = state.tables[Int(table.rawValue)]
            guard !entries.keys.isEmpty else { return false }
            let index = Int(choice % UInt64(entries.keys.count))
            var value = entries.values[index]
            guard !value.isEmpty else { return false }
            value[Int((choice >> 8) % UInt64(value.count))] ^= 1 << (choice >> 56 & 7)
            state.tables[Int(table.rawValue)].put(entries.keys[index], value)
            return true
        }
    }

    /// Puts other bytes in the place of the frame at `index`: damage for tests, and its repair.
    package func replaceFrame(at index: Int, with bytes: [UInt8]) {
        state.withLock { if $0.frames.indices.contains(index) { $0.frames[index] = bytes } }
    }
}

/// Decides the fate of a commit, given how many have taken effect so far.
package typealias MemoryFaultSource = @Sendable (UInt64) -> MemoryFault?

package enum MemoryFault: Sendable, Equatable {
    /// Nothing is stored, and the caller gets the error.
    case refused(LogError)
    /// All is stored and can be read, but the flush has failed and the caller gets the error: until the next commit
    /// that succeeds, a power cut may take it back.
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
