/// The fold's fast way: claims, and messages sent or deferred, which are nearly all of a log, run after run.
///
/// It does what ``EventCursor/next(_:keepingText:)`` and ``JobState/evolve(_:at:)`` do with each event, and only where the event
/// is whole, in its usual short form and allowed in its recipient's phase. At the first that is not it stops, having
/// changed nothing for it, and the plain way says what is to be said.
extension JobState {
    /// - Parameter countMax: events to fold at most.
    /// - Returns: events folded. The cursor stands behind them; ``sequence`` is left to the caller.
    mutating func foldRun(_ payload: RawSpan, _ cursor: inout EventCursor, countMax: UInt32) -> UInt32 {
        var run = EventRun(cursor)
        unsafe recipients.withUnsafeSlots { slots in
            unsafe endpoints.withUnsafeMutableBufferPointer { endpoints in
                unsafe payload.withUnsafeBytes { payload in
                    unsafe run.fold(payload, into: slots, endpoints, &due, countMax: countMax)
                }
            }
        }
        run.leave(&cursor)
        tally.pending &-= run.claims
        tally.claimed &+= run.claims &+ run.reclaims &- run.sent &- run.deferred
        tally.sent &+= run.sent
        tally.deferred &+= run.deferred &- run.reclaims
        return run.count
    }
}

/// The place in a payload and what has been counted, in registers while the run lasts.
private struct EventRun {
    var offset: Int
    var ordinal: Int64
    var textLength: Int
    /// Events folded; those that are none of the others are claims of pending recipients.
    var count: UInt32 = 0
    /// Claims of deferred recipients.
    var reclaims: UInt32 = 0
    var sent: UInt32 = 0
    var deferred: UInt32 = 0

    var claims: UInt32 { count &- reclaims &- sent &- deferred }

    init(_ cursor: EventCursor) {
        (offset, ordinal, textLength) = (cursor.offset, cursor.ordinal, cursor.textLength)
    }

    func leave(_ cursor: inout EventCursor) {
        (cursor.offset, cursor.ordinal, cursor.textLength) = (offset, ordinal, textLength)
    }

    /// Reads eight bytes at a time: kind, difference of the ordinal in one byte or two, endpoint, and for a sent message the
    /// lengths of its text in a byte each. Whatever lies nearer to the end, or is longer, is left to the plain way.
    mutating func fold(
        _ payload: UnsafeRawBufferPointer, into slots: UnsafeMutableBufferPointer<UInt16>,
        _ endpoints: UnsafeMutableBufferPointer<EndpointState>, _ due: inout DueTimes, countMax: UInt32
    ) {
        guard let base = payload.baseAddress, let slot = slots.baseAddress else { return }
        let last = payload.count - MemoryLayout<UInt64>.size
        while offset <= last, count < countMax {
            var word = unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let kind = UInt8(truncatingIfNeeded: word)
            var difference = word >> 8 & 0xFF
            var next = offset
            if difference >= 0x80 {
                // From here on the second byte's place is the first one's.
                word >>= 8
                next &+= 1
                difference = difference & 0x7F | (word >> 8 & 0xFF) << 7
                guard difference < 1 << 14 else { return }
            }
            let ordinal = self.ordinal &+ (Int64(bitPattern: difference >> 1) ^ -Int64(bitPattern: difference & 1))
            // A negative one is a large one here.
            guard UInt64(bitPattern: ordinal) < UInt64(slots.count) else { return }
            let place = unsafe slot + Int(ordinal)
            let before = unsafe place.pointee
            let phase = before & 0b111
            if kind == EventKind.recipientClaimed.rawValue {
                if phase != UInt16(RecipientPhase.pending.rawValue) {
                    guard phase == UInt16(RecipientPhase.deferred.rawValue) else { return }
                    due[Ordinal(truncatingIfNeeded: ordinal)] = nil
                    reclaims &+= 1
                }
                unsafe place.pointee = RecipientTable.claimed(before, by: UInt8(truncatingIfNeeded: word >> 16))
                next &+= 3
            } else if kind == EventKind.recipientSent.rawValue {
                let (shared, rest) = (Int(word >> 24 & 0xFF), Int(word >> 32 & 0xFF))
                next &+= 5 &+ rest
                guard phase == UInt16(RecipientPhase.claimed.rawValue), shared <= textLength, shared | rest < 0x80,
                    next <= payload.count
                else { return }
                unsafe place.pointee = before & ~0b111 | UInt16(RecipientPhase.sent.rawValue)
                let endpoint = Int(word >> 16 & 0xFF)
                if endpoint < endpoints.count { unsafe endpoints[endpoint].sent &+= 1 }
                textLength = shared &+ rest
                sent &+= 1
            } else if kind == EventKind.recipientDeferred.rawValue {
                guard phase == UInt16(RecipientPhase.claimed.rawValue),
                    let read = unsafe Deferral(payload, at: next &+ 3, textLength)
                else { return }
                unsafe place.pointee =
                    RecipientTable.charged(before, attempts: read.attempt) & ~0b111
                    | UInt16(RecipientPhase.deferred.rawValue)
                due[Ordinal(truncatingIfNeeded: ordinal)] = read.due
                textLength = read.textLength
                next = read.end
                deferred &+= 1
            } else {
                return
            }
            count &+= 1
            self.ordinal = ordinal
            offset = next
        }
    }
}

/// What follows the endpoint in a deferral, in its usual form: an attempt below 128, a time of eight bytes at most, short text.
private struct Deferral {
    let attempt: UInt32
    let due: Int64
    let textLength: Int
    let end: Int

    /// Nil where it has another form or lies within the payload's last bytes.
    @inline(__always)
    init?(_ payload: UnsafeRawBufferPointer, at offset: Int, _ textLengthBefore: Int) {
        guard offset &+ 11 <= payload.count, let base = payload.baseAddress else { return nil }
        let word = unsafe UInt64(littleEndian: base.loadUnaligned(fromByteOffset: offset &+ 1, as: UInt64.self))
        let attempt = unsafe base.load(fromByteOffset: offset, as: UInt8.self)
        let lastBytes = ~word & 0x8080_8080_8080_8080
        guard attempt < 0x80, lastBytes != 0 else { return nil }
        // The varint's bytes up to the first without the top bit; then their seven bits each are moved together.
        let size = lastBytes.trailingZeroBitCount / 8 &+ 1
        var bits = word & (~0 >> UInt64(64 &- 8 &* size)) & 0x7F7F_7F7F_7F7F_7F7F
        bits = bits & 0x007F_007F_007F_007F | (bits & 0x7F00_7F00_7F00_7F00) >> 1
        bits = bits & 0x0000_3FFF_0000_3FFF | (bits & 0x3FFF_0000_3FFF_0000) >> 2
        bits = bits & 0x0FFF_FFFF | (bits & 0x0FFF_FFFF_0000_0000) >> 4
        let place = offset &+ 1 &+ size
        let shared = Int(unsafe base.load(fromByteOffset: place, as: UInt8.self))
        let rest = Int(unsafe base.load(fromByteOffset: place &+ 1, as: UInt8.self))
        end = place &+ 2 &+ rest
        guard shared | rest < 0x80, shared <= textLengthBefore, end <= payload.count else { return nil }
        self.attempt = UInt32(attempt)
        due = Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1)
        textLength = shared &+ rest
    }
}
