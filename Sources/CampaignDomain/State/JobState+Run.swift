/// The fold's fast way: claims and sent messages, which are nearly all of a log, run after run.
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
                    unsafe run.fold(payload, into: slots, endpoints, countMax: countMax)
                }
            }
        }
        run.leave(&cursor)
        tally.pending &-= run.claims
        tally.claimed &+= run.claims
        tally.claimed &-= run.sent
        tally.sent &+= run.sent
        return run.claims &+ run.sent
    }
}

/// The place in a payload and what has been counted, in registers while the run lasts.
private struct EventRun {
    var offset: Int
    var ordinal: Int64
    var textLength: Int
    var claims: UInt32 = 0
    var sent: UInt32 = 0

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
        _ endpoints: UnsafeMutableBufferPointer<EndpointState>, countMax: UInt32
    ) {
        guard let base = payload.baseAddress, let slot = slots.baseAddress else { return }
        let last = payload.count - MemoryLayout<UInt64>.size
        while offset <= last, claims &+ sent < countMax {
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
            if kind == EventKind.recipientClaimed.rawValue {
                guard before & 0b111 == UInt16(RecipientPhase.pending.rawValue) else { return }
                unsafe place.pointee = RecipientTable.claimed(before, by: UInt8(truncatingIfNeeded: word >> 16))
                next &+= 3
                claims &+= 1
            } else if kind == EventKind.recipientSent.rawValue {
                let (shared, rest) = (Int(word >> 24 & 0xFF), Int(word >> 32 & 0xFF))
                next &+= 5 &+ rest
                guard before & 0b111 == UInt16(RecipientPhase.claimed.rawValue), shared <= textLength,
                    shared | rest < 0x80, next <= payload.count
                else { return }
                unsafe place.pointee = before & ~0b111 | UInt16(RecipientPhase.sent.rawValue)
                let endpoint = Int(word >> 16 & 0xFF)
                if endpoint < endpoints.count { unsafe endpoints[endpoint].sent &+= 1 }
                textLength = shared &+ rest
                sent &+= 1
            } else {
                return
            }
            self.ordinal = ordinal
            offset = next
        }
    }
}
