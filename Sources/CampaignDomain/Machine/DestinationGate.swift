/// What a recipient's message counts against: its mail domain.
package struct Destination: Hashable, Sendable {
    /// The same for all recipients that share a limit.
    package var key: UInt64
    package var limit: DestinationLimit

    package init(key: UInt64, limit: DestinationLimit) {
        self.key = key
        self.limit = limit
    }
}

/// Tells the destination of each recipient: the list is outside of the machine. Must always answer the same for one ordinal.
package protocol DestinationLookup: Sendable {
    /// nil where no limit holds.
    func destination(of ordinal: Ordinal) -> Destination?
}

/// Keeps each mail domain to its limits, and lets the others pass.
///
/// A recipient whose domain has enough under way is parked, and the list goes on behind it. What is parked is bounded, so a
/// list that is all one domain waits for that domain. Domains with nothing under way and nothing to wait for are forgotten:
/// memory does not grow with the number of domains.
struct DestinationGate: Sendable {
    /// One domain with something under way, parked, or to be paid off.
    private struct Place: Sendable {
        var limit: DestinationLimit
        var inFlight = 0
        var pacer: Pacer
        var parked: [Ordinal] = []
        var head = 0
        /// Whether it stands in ``waiting`` or in ``ready``.
        var isQueued = false

        init(_ limit: DestinationLimit) {
            self.limit = limit
            pacer = Pacer(ratePerHour: limit.ratePerHour)
        }

        var isEmpty: Bool { head == parked.count }
        var hasRoom: Bool { limit.concurrency == 0 || inFlight < Int(limit.concurrency) }

        mutating func unpark() -> Ordinal {
            let ordinal = parked[head]
            head += 1
            if head == parked.count {
                parked.removeAll()
                head = 0
            }
            return ordinal
        }
    }

    /// Bounds how far the list is looked ahead, and the memory for it: 4 bytes each.
    static let parkedMax = 100_000

    private let lookup: any DestinationLookup
    private let parkedMax: Int
    /// Never iterated.
    private var places: [UInt64: Place] = [:]
    /// Of what is under way. Never iterated.
    private var underWay: [Ordinal: UInt64] = [:]
    /// Domains with parked recipients and room, first come first served.
    private var ready: [UInt64] = []
    private var readyHead = 0
    /// Domains whose rate lets the next one go later.
    private var waiting = DueQueue<UInt64>()
    private(set) var parkedCount = 0

    init(_ lookup: any DestinationLookup, parkedMax: Int = DestinationGate.parkedMax) {
        self.lookup = lookup
        self.parkedMax = parkedMax
    }

    /// False when no further recipient may be looked at before a parked one has left.
    var takesMore: Bool { parkedCount < parkedMax }

    /// Whether the recipient may go now; it counts as under way then, and is parked otherwise.
    mutating func admits(_ ordinal: Ordinal, now: Timestamp) -> Bool {
        guard let destination = lookup.destination(of: ordinal), !destination.limit.isUnlimited else { return true }
        var place = places[destination.key] ?? Place(destination.limit)
        // Those before it in the same domain go first.
        if place.isEmpty, place.hasRoom, place.pacer.allowance(now: now) > 0 {
            begin(ordinal, destination.key, &place)
            places[destination.key] = place
            return true
        }
        place.parked.append(ordinal)
        parkedCount += 1
        queue(destination.key, &place, now)
        places[destination.key] = place
        return false
    }

    private mutating func begin(_ ordinal: Ordinal, _ key: UInt64, _ place: inout Place) {
        place.inFlight += 1
        place.pacer.consume(1)
        underWay[ordinal] = key
    }

    /// Puts a domain with parked recipients where it is found when it may go on.
    private mutating func queue(_ key: UInt64, _ place: inout Place, _ now: Timestamp) {
        // Without room it waits for an answer: `left` brings it back.
        guard !place.isQueued, !place.isEmpty, place.hasRoom else { return }
        place.isQueued = true
        if place.pacer.allowance(now: now) > 0 {
            ready.append(key)
        } else if let time = place.pacer.nextAllowed(now: now) {
            waiting.insert(key, due: time.milliseconds)
        }
    }

    /// The next parked recipient whose domain lets it go; it counts as under way then.
    mutating func next(now: Timestamp) -> Ordinal? {
        while let key = waiting.popDue(now: now.milliseconds) { ready.append(key) }
        while readyHead < ready.count {
            let key = ready[readyHead]
            readyHead += 1
            if readyHead == ready.count {
                ready.removeAll(keepingCapacity: true)
                readyHead = 0
            }
            guard var place = places[key] else { continue }
            place.isQueued = false
            defer { places[key] = place }
            guard !place.isEmpty, place.hasRoom else { continue }
            guard place.pacer.allowance(now: now) > 0 else {
                queue(key, &place, now)
                continue
            }
            let ordinal = place.unpark()
            parkedCount -= 1
            begin(ordinal, key, &place)
            queue(key, &place, now)
            return ordinal
        }
        return nil
    }

    /// A recipient is not under way any more.
    mutating func left(_ ordinal: Ordinal, now: Timestamp) {
        guard let key = underWay.removeValue(forKey: ordinal), var place = places[key] else { return }
        place.inFlight -= 1
        queue(key, &place, now)
        // A bucket that is not full yet must be remembered, or the rate would begin anew with every message.
        let isForgotten = place.inFlight == 0 && place.isEmpty && place.limit.ratePerHour == 0
        places[key] = isForgotten ? nil : place
        if place.limit.ratePerHour > 0, places.count > Self.parkedMax { forgetFull(now) }
    }

    /// Domains whose bucket has filled up again.
    private mutating func forgetFull(_ now: Timestamp) {
        places = places.filter { _, place in
            place.inFlight > 0 || !place.isEmpty || !place.pacer.isFull(now: now)
        }
    }

    /// When the next parked recipient may go, as far as only time can tell.
    func nextTime(now: Timestamp) -> Int64? {
        if readyHead < ready.count { return now.milliseconds }
        return waiting.earliest
    }
}
