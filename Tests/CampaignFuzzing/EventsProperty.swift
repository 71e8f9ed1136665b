import CampaignDomain

/// Any bytes are events or a `CodecError`, and what was read is written and read again unchanged.
enum EventsProperty {
    static func check(_ input: [UInt8]) throws(BrokenProperty) {
        let events = read(input)
        try require(events.count <= input.count, "more events than bytes")
        let written = encode(events)
        let again = try always("what was encoded does not decode") {
            try unsafe EventCursor.events(written.bytes.span.bytes, count: written.count)
        }
        // Text that is not UTF-8 is repaired once, which may make it too long and have it cut.
        let rewritten = encode(again)
        try require(rewritten.bytes == written.bytes, "other bytes when encoded again")
        let isClean = events.allSatisfy { !holdsRepairs($0) }
        if isClean { try require(again == events, "other events when read again") }
    }

    /// As many events as there are before the first fault.
    private static func read(_ input: [UInt8]) -> [Event] {
        var cursor = EventCursor(payloadSizeBytes: input.count)
        var events: [Event] = []
        let payload = unsafe input.span.bytes
        while !cursor.isAtEnd {
            do throws(CodecError) {
                let packed = try cursor.next(payload, keepingText: true)
                events.append(try cursor.materialise(packed, payload))
            } catch {
                break
            }
        }
        return events
    }

    private static func encode(_ events: [Event]) -> EventEncoder {
        var encoder = EventEncoder()
        for event in events { encoder.append(event) }
        return encoder
    }

    private static func holdsRepairs(_ event: Event) -> Bool {
        guard case .recipient(_, let change) = event else { return false }
        switch change {
        case .claimed: return false
        case .skipped(_, let text), .sent(_, let text), .failed(_, _, let text), .deferred(_, _, _, let text),
            .released(_, let text), .inDoubt(_, let text), .inDoubtResolved(_, let text):
            return text.unicodeScalars.contains("\u{FFFD}")
        }
    }
}
