/// When deferred recipients are due: a table from ordinals to times.
///
/// Open addressing over one array, twelve bytes a place, without seeds: the same changes give the same table in every process.
/// Neighbouring ordinals lie together, as a fold meets them. Each operation takes O(1) on average.
package struct DueTimes: Sendable {
    private var places: [Place] = []
    package private(set) var count = 0

    /// Empty where `key` is 0; else the ordinal and one.
    private struct Place: Sendable {
        var key: UInt32 = 0
        private var low: UInt32 = 0
        private var high: UInt32 = 0

        var time: Int64 {
            get { Int64(bitPattern: UInt64(low) | UInt64(high) << 32) }
            set {
                low = UInt32(truncatingIfNeeded: newValue)
                high = UInt32(truncatingIfNeeded: newValue >> 32)
            }
        }
    }

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// All ordinals that have a time, in no order that means anything.
    package var keys: [Ordinal] {
        places.compactMap { $0.key == 0 ? nil : $0.key - 1 }
    }

    /// Milliseconds since 1970; nil where there is none. The last ordinal of all is no recipient's, and gets none.
    package subscript(ordinal: Ordinal) -> Int64? {
        get {
            guard !places.isEmpty, ordinal < .max else { return nil }
            let place = places[find(ordinal)]
            return place.key == 0 ? nil : place.time
        }
        set {
            guard ordinal < .max else { return }
            if let newValue { set(ordinal, newValue) } else { remove(ordinal) }
        }
    }

    @inline(__always)
    private mutating func set(_ ordinal: Ordinal, _ time: Int64) {
        if (count + 1) * 2 > places.count { grow() }
        let index = find(ordinal)
        if places[index].key == 0 {
            count += 1
            places[index].key = ordinal + 1
        }
        places[index].time = time
    }

    @inline(__always)
    private mutating func remove(_ ordinal: Ordinal) {
        guard !places.isEmpty else { return }
        var hole = find(ordinal)
        guard places[hole].key != 0 else { return }
        count -= 1
        // What was put behind it moves up, so that a search never stops too soon.
        let mask = places.count - 1
        var next = (hole + 1) & mask
        while places[next].key != 0 {
            let distance = (next &- home(places[next].key - 1)) & mask
            if distance >= (next &- hole) & mask {
                places[hole] = places[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        places[hole] = Place()
    }

    /// The ordinal's place, or the empty one where it would be put. There is an empty one always.
    @inline(__always)
    private func find(_ ordinal: Ordinal) -> Int {
        let mask = places.count - 1
        var index = home(ordinal)
        while places[index].key != 0, places[index].key != ordinal + 1 { index = (index + 1) & mask }
        return index
    }

    /// Where the search for an ordinal begins: groups of four are scattered, their members are neighbours.
    @inline(__always)
    private func home(_ ordinal: Ordinal) -> Int {
        let group = (UInt64(ordinal >> 2) &* 0x9E37_79B9_7F4A_7C15) >> 32
        return Int(truncatingIfNeeded: group << 2 | UInt64(ordinal & 3)) & (places.count - 1)
    }

    private mutating func grow() {
        let old = places
        places = [Place](repeating: Place(), count: max(16, old.count * 2))
        for place in old where place.key != 0 { places[find(place.key - 1)] = place }
    }
}

extension DueTimes: Hashable {
    /// The same times for the same ordinals, however they came there.
    package static func == (left: DueTimes, right: DueTimes) -> Bool {
        left.count == right.count && left.places.allSatisfy { $0.key == 0 || right[$0.key - 1] == $0.time }
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(count) }
}
