/// One event as it stands in a frame, before its text is looked at: what the fold works on.
package struct PackedEvent: Sendable {
    package var kind: EventKind
    /// The recipient; 0 for other events.
    package var ordinal: Ordinal = 0
    package var endpoint: EndpointIndex = 0
    /// The raw value of the skip reason, failure kind or verdict.
    package var code: UInt8 = 0
    package var attempt: UInt32 = 0
    package var due: Int64 = 0
    /// Where the fields of a rare event lie in the payload.
    package var bodyStart: Int = 0
    package var bodyEnd: Int = 0

    package init(kind: EventKind, ordinal: Ordinal = 0) {
        self.kind = kind
        self.ordinal = ordinal
    }
}

/// Walks the events of one frame's payload. Any bytes at all give events or a ``CodecError``, never a trap.
package struct EventCursor: Sendable {
    private var reader: ByteReader
    /// The recipient of the newest event about one.
    var ordinal: Int64 = 0
    /// Bytes of the text of the newest event that has one.
    var textLength = 0
    /// The text of the event just read; filled only when asked for.
    package private(set) var text: [UInt8] = []

    package init(payloadSizeBytes: Int) {
        reader = ByteReader(end: payloadSizeBytes)
    }

    package var isAtEnd: Bool { reader.isAtEnd }

    /// Where the next event begins.
    var offset: Int {
        get { reader.offset }
        set { reader.offset = newValue }
    }

    /// Reads the next event. With `keepingText` its text is put together in ``text``; for a frame it must be the same in each call.
    @inline(__always)
    package mutating func next(_ payload: RawSpan, keepingText: Bool) throws(CodecError) -> PackedEvent {
        let start = reader.offset
        let code = try reader.byte(payload)
        // Nearly all events are one of these two; what is common to all kinds is not asked for them.
        if code == EventKind.recipientClaimed.rawValue {
            var event = PackedEvent(kind: .recipientClaimed, ordinal: try nextOrdinal(payload, from: start))
            event.endpoint = try reader.byte(payload)
            return event
        }
        if code == EventKind.recipientSent.rawValue {
            var event = PackedEvent(kind: .recipientSent, ordinal: try nextOrdinal(payload, from: start))
            event.endpoint = try reader.byte(payload)
            try readText(payload, keepingText)
            return event
        }
        return try uncommon(code, payload, keepingText, from: start)
    }

    @inline(__always)
    private mutating func nextOrdinal(_ payload: RawSpan, from start: Int) throws(CodecError) -> Ordinal {
        let sum = ordinal.addingReportingOverflow(try reader.zigzag(payload))
        guard !sum.overflow, sum.partialValue >= 0, sum.partialValue < Int64(UInt32.max) else {
            throw CodecError("ordinal out of range", at: start)
        }
        ordinal = sum.partialValue
        return Ordinal(truncatingIfNeeded: ordinal)
    }

    @inline(never)
    private mutating func uncommon(
        _ code: UInt8, _ payload: RawSpan, _ keepingText: Bool, from start: Int
    ) throws(CodecError) -> PackedEvent {
        guard let kind = EventKind(rawValue: code) else {
            throw CodecError("unknown event kind (was the journal written by a newer version?)", at: start)
        }
        guard kind.isRecipient else { return try rare(kind, payload) }
        var event = PackedEvent(kind: kind, ordinal: try nextOrdinal(payload, from: start))
        switch kind {
        case .recipientReleased, .recipientInDoubt:
            event.endpoint = try reader.byte(payload)
        case .recipientFailed:
            event.endpoint = try reader.byte(payload)
            event.code = try reader.byte(payload)
        case .recipientDeferred:
            event.endpoint = try reader.byte(payload)
            event.attempt = try reader.number(payload, as: UInt32.self)
            event.due = try reader.zigzag(payload)
        default:
            event.code = try reader.byte(payload)
        }
        try readText(payload, keepingText)
        return event
    }

    private mutating func rare(_ kind: EventKind, _ payload: RawSpan) throws(CodecError) -> PackedEvent {
        var event = PackedEvent(kind: kind)
        let range = try reader.range(payload)
        event.bodyStart = range.lowerBound
        event.bodyEnd = range.upperBound
        return event
    }

    @inline(__always)
    private mutating func readText(_ payload: RawSpan, _ keepingText: Bool) throws(CodecError) {
        let start = reader.offset
        let shared = try reader.varint(payload)
        guard shared <= UInt64(textLength) else { throw CodecError("text shares more than there was", at: start) }
        let rest = try reader.range(payload)
        // What the encoder keeps to; else each event of a crafted payload could be made to copy all of it.
        guard Int(shared) + rest.count <= EventEncoder.textSizeMaxBytes else {
            throw CodecError("text too long", at: start)
        }
        textLength = Int(shared) + rest.count
        guard keepingText else { return }
        text.removeSubrange(Int(shared)...)
        text.append(contentsOf: payload.copy(rest))
    }

    /// The whole event, for those who show or check it. `event` must be the one just read, with its text kept.
    package func materialise(_ event: PackedEvent, _ payload: RawSpan) throws(CodecError) -> Event {
        guard event.kind.isRecipient else {
            return try Event.decodeBody(event.kind, payload, event.bodyStart..<event.bodyEnd)
        }
        return .recipient(event.ordinal, try change(event))
    }

    private func change(_ event: PackedEvent) throws(CodecError) -> RecipientChange {
        let text = String(decoding: text, as: UTF8.self)
        switch event.kind {
        case .recipientClaimed: return .claimed(event.endpoint)
        case .recipientSent: return .sent(event.endpoint, reply: text)
        case .recipientFailed:
            return .failed(event.endpoint, try FailureKind.decoded(event.code, at: reader.offset), reply: text)
        case .recipientDeferred:
            return .deferred(
                event.endpoint, attempt: event.attempt, due: Timestamp(milliseconds: event.due), reply: text)
        case .recipientReleased: return .released(event.endpoint, reason: text)
        case .recipientInDoubt: return .inDoubt(event.endpoint, reason: text)
        case .inDoubtResolved:
            return .inDoubtResolved(try DoubtVerdict.decoded(event.code, at: reader.offset), evidence: text)
        default: return .skipped(try SkipReason.decoded(event.code, at: reader.offset), detail: text)
        }
    }

    /// All events of a payload. `count` is the frame header's and must agree.
    package static func events(_ payload: RawSpan, count: UInt32) throws(CodecError) -> [Event] {
        var cursor = EventCursor(payloadSizeBytes: payload.byteCount)
        var events: [Event] = []
        for _ in 0..<count {
            let packed = try cursor.next(payload, keepingText: true)
            events.append(try cursor.materialise(packed, payload))
        }
        guard cursor.isAtEnd else { throw CodecError("more events than the frame's header says", at: 0) }
        return events
    }
}

extension RawRepresentable where RawValue == UInt8 {
    package static func decoded(_ value: UInt8, at offset: Int) throws(CodecError) -> Self {
        guard let decoded = Self(rawValue: value) else { throw CodecError("unknown \(Self.self) \(value)", at: offset) }
        return decoded
    }
}
