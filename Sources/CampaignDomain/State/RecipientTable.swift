/// Where one recipient stands. Raw values are the snapshot's.
public enum RecipientPhase: UInt8, Hashable, Sendable, CaseIterable {
    case pending = 0
    case claimed = 1
    case sent = 2
    case failed = 3
    case skipped = 4
    case inDoubt = 5
    case deferred = 6
}

/// The dense state of a job's recipients: two bytes each, indexed by ordinal.
///
/// Bits 0–2 are the phase, 3–7 the attempts charged (0 to 31), 8–15 the endpoint of the last claim.
package struct RecipientTable: Hashable, Sendable {
    package private(set) var slots: [UInt16]

    package init(count: Int) {
        slots = [UInt16](repeating: 0, count: count)
    }

    package var count: Int { slots.count }

    @inline(__always)
    package func phase(_ ordinal: Ordinal) -> RecipientPhase {
        // Seven is never written: `set` takes a phase.
        RecipientPhase(rawValue: UInt8(slots[Int(ordinal)] & 0b111)) ?? .pending
    }

    @inline(__always)
    package func attempts(_ ordinal: Ordinal) -> UInt32 { UInt32(slots[Int(ordinal)] >> 3 & 0b11111) }

    @inline(__always)
    package func endpoint(_ ordinal: Ordinal) -> EndpointIndex { EndpointIndex(slots[Int(ordinal)] >> 8) }

    @inline(__always)
    package mutating func set(_ ordinal: Ordinal, _ phase: RecipientPhase) {
        slots[Int(ordinal)] = slots[Int(ordinal)] & ~0b111 | UInt16(phase.rawValue)
    }

    @inline(__always)
    package mutating func set(_ ordinal: Ordinal, attempts: UInt32) {
        slots[Int(ordinal)] = Self.charged(slots[Int(ordinal)], attempts: attempts)
    }

    @inline(__always)
    package mutating func claim(_ ordinal: Ordinal, by endpoint: EndpointIndex) {
        slots[Int(ordinal)] = Self.claimed(slots[Int(ordinal)], by: endpoint)
    }

    /// A recipient's slot with other attempts.
    @inline(__always)
    static func charged(_ slot: UInt16, attempts: UInt32) -> UInt16 {
        slot & ~0b1111_1000 | UInt16(min(attempts, 31)) << 3
    }

    /// A claimed recipient's slot, made of the one before.
    @inline(__always)
    static func claimed(_ slot: UInt16, by endpoint: EndpointIndex) -> UInt16 {
        slot & 0b1111_1000 | UInt16(RecipientPhase.claimed.rawValue) | UInt16(endpoint) << 8
    }

    /// All slots at once, for those who see to the bounds and the phases themselves.
    @inline(__always)
    mutating func withUnsafeSlots<Result>(_ body: (UnsafeMutableBufferPointer<UInt16>) -> Result) -> Result {
        unsafe slots.withUnsafeMutableBufferPointer { unsafe body($0) }
    }

    /// Ordinals in a phase, ascending. O(recipients).
    package func ordinals(in phase: RecipientPhase) -> [Ordinal] {
        var found: [Ordinal] = []
        for (ordinal, slot) in slots.enumerated() where slot & 0b111 == UInt16(phase.rawValue) {
            found.append(Ordinal(ordinal))
        }
        return found
    }

    /// Run lengths of equal slots: a campaign is mostly long runs of sent and of pending.
    package func encode(into bytes: inout [UInt8]) {
        bytes.appendVarint(UInt64(slots.count))
        var index = 0
        while index < slots.count {
            let slot = slots[index]
            var end = index + 1
            while end < slots.count, slots[end] == slot { end += 1 }
            bytes.appendVarint(UInt64(end - index))
            bytes.appendVarint(UInt64(slot))
            index = end
        }
    }

    /// `countMax` bounds what damaged bytes can make us allocate.
    package init(_ span: RawSpan, _ reader: inout ByteReader, countMax: Int) throws(CodecError) {
        let count = try reader.number(span, as: Int.self)
        guard count >= 0, count <= countMax else { throw CodecError("too many recipients", at: reader.offset) }
        slots = []
        slots.reserveCapacity(count)
        while slots.count < count {
            let length = try reader.number(span, as: Int.self)
            let slot = try reader.number(span, as: UInt16.self)
            guard length > 0, length <= count - slots.count, slot & 0b111 != 7 else {
                throw CodecError("bad run of recipients", at: reader.offset)
            }
            slots.append(contentsOf: repeatElement(slot, count: length))
        }
    }
}
