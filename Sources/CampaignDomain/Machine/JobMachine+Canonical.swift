/// What decides a machine's future besides its state, for searches that must know a situation when they meet it again.
extension JobMachine {
    /// Appends the volatile parts in a canonical form: two machines with equal states and equal bytes here answer every
    /// further input alike.
    ///
    /// Times are relative to `now`, and what is overdue counts as due now: only the order among such matters, and that is
    /// kept. Left out, because no decision reads them: generations (only whether a delivery's is still its lane's counts,
    /// see ``isCurrent(_:_:)``), the consumed head of `returned`, and lost connections of recipients that are settled.
    package func appendCanonical(now: Timestamp, to bytes: inout [UInt8]) {
        bytes.append(mode.canonicalByte)
        bytes.append(inDoubtPolicy.rawValue)
        bytes.append(UInt8(clamping: lanes.count))
        for lane in lanes { Self.append(lane, now, to: &bytes) }
        bytes.appendVarint(UInt64(cursor))
        bytes.appendVarint(UInt64(returned.count - returnedHead))
        for ordinal in returned[returnedHead...] { bytes.appendVarint(UInt64(ordinal)) }
        bytes.appendVarint(UInt64(deferred.count))
        for (ordinal, due) in deferred.inOrder {
            bytes.appendVarint(UInt64(ordinal))
            bytes.appendVarint(UInt64(max(due - now.milliseconds, 0)))
        }
        let (credit, isRunning) = pacer.canonical(now: now)
        bytes.appendZigzag(credit)
        bytes.append(isRunning ? 1 : 0)
        bytes.appendVarint(UInt64(probing))
        bytes.appendVarint(UInt64(turn))
        bytes.appendVarint(UInt64(refusalsInRow))
        for ordinal in drops.keys.sorted() {
            switch state.phase(of: ordinal) {
            case .sent, .failed, .skipped, nil: continue
            case .pending, .claimed, .deferred, .inDoubt:
                bytes.appendVarint(UInt64(ordinal) + 1)
                bytes.appendVarint(UInt64(drops[ordinal] ?? 0))
            }
        }
        bytes.append(0)
        for ordinal in inquiries.keys.sorted() {
            guard let inquiry = inquiries[ordinal] else { continue }
            bytes.appendVarint(UInt64(ordinal) + 1)
            bytes.append(inquiry.endpoint)
            bytes.appendVarint(UInt64(inquiry.asked))
            bytes.appendVarint(inquiry.due.map { UInt64(max($0 - now.milliseconds, 0)) + 1 } ?? 0)
        }
        bytes.append(0)
    }

    private static func append(_ lane: EndpointLane?, _ now: Timestamp, to bytes: inout [UInt8]) {
        guard let lane else { return bytes.append(0) }
        switch lane.status {
        case .active: bytes.append(1)
        case .paused(let until):
            bytes.append(2)
            bytes.appendVarint(UInt64(max(until - now.milliseconds, 0)))
        case .checking: bytes.append(3)
        case .trial: bytes.append(4)
        case .removed: bytes.append(5)
        case .suspended: bytes.append(6)
        }
        lane.window.appendCanonical(to: &bytes)
        if lane.weight != nil { bytes.appendVarint(lane.given) }
        let (credit, isRunning) = lane.pacer.canonical(now: now)
        bytes.appendZigzag(credit)
        bytes.append(isRunning ? 1 : 0)
        bytes.appendZigzag(Int64(lane.inFlight))
        bytes.appendVarint(UInt64(lane.strikes))
    }

    /// Whether a delivery of this generation still speaks for its endpoint: trouble from before a pause does not.
    package func isCurrent(_ generation: UInt32, _ endpoint: EndpointIndex) -> Bool {
        Int(endpoint) < lanes.count && lanes[Int(endpoint)]?.generation == generation
    }

    /// The times, in milliseconds since 1970, at which a pause of an endpoint ends: those after `now`, ascending.
    package func pauseEnds(after now: Timestamp) -> [Int64] {
        lanes.compactMap { lane in
            guard case .paused(let until) = lane?.status, until > now.milliseconds else { return nil }
            return until
        }.sorted()
    }
}

extension JobMachine.Mode {
    fileprivate var canonicalByte: UInt8 {
        switch self {
        case .idle: 0
        case .running: 1
        case .draining: 2
        case .finished: 3
        }
    }
}
