import Testing

@testable import CampaignDomain

@Suite struct EventCodecTests {
    private func encoded(_ events: [Event]) -> EventEncoder {
        var encoder = EventEncoder()
        for event in events { encoder.append(event) }
        return encoder
    }

    @Test("the samples hold every kind of event, and every kind has a name of its own")
    func everyKind() {
        #expect(Set(everyKindOfEvent.map(\.kind)) == Set(EventKind.allCases))
        #expect(Set(EventKind.allCases.map(\.name)).count == EventKind.allCases.count)
        #expect(Event.recipient(0, .sent(0, reply: "")).typeName == "RecipientSent")
    }

    @Test("every kind of event reads back as it was written, alone and in one frame")
    func roundTrip() throws {
        for event in everyKindOfEvent {
            let encoder = encoded([event])
            #expect(try EventCursor.events(encoder.bytes, count: encoder.count) == [event])
        }
        let frame = encoded(everyKindOfEvent)
        #expect(Int(frame.count) == everyKindOfEvent.count)
        #expect(try EventCursor.events(frame.bytes, count: frame.count) == everyKindOfEvent)
    }

    @Test("any events at all read back", arguments: 0..<50 as Range<UInt64>)
    func randomRoundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var encoder = EventEncoder()
        for _ in 0..<3 {
            encoder.removeAll()
            let events = (0..<40).map { _ in random.event() }
            for event in events { encoder.append(event) }
            #expect(try EventCursor.events(encoder.bytes, count: encoder.count) == events)
        }
    }

    @Test("a frame with fewer or more events than its header says is an error")
    func count() {
        let frame = encoded(everyKindOfEvent)
        for count in [0, frame.count - 1, frame.count + 1, .max] {
            #expect(throws: CodecError.self) { try EventCursor.events(frame.bytes, count: count) }
        }
    }

    @Test("a claim and its outcome take 8 bytes when the reply stays the same, under 10 when a queue id counts up")
    func size() {
        var encoder = EventEncoder()
        encoder.append(0, .claimed(0))
        encoder.append(0, .sent(0, reply: "250 2.0.0 ok: queued as 100"))
        let first = encoder.bytes.count
        let messages = 800
        for ordinal in 1...Ordinal(messages) {
            encoder.appendClaim(ordinal, 0)
            encoder.append(ordinal, .sent(0, reply: "250 2.0.0 ok: queued as \(100 + ordinal)"))
        }
        #expect(Double(encoder.bytes.count - first) / Double(messages) < 10)
        let before = encoder.bytes.count
        encoder.append(900, .claimed(0))
        encoder.append(900, .sent(0, reply: "250 2.0.0 ok: queued as 900"))
        let second = encoder.bytes.count
        encoder.append(901, .claimed(0))
        encoder.append(901, .sent(0, reply: "250 2.0.0 ok: queued as 900"))
        #expect(encoder.bytes.count - second == 8)
        #expect(second > before)
    }

    @Test("a claim and its outcome take 9 bytes at most while 20 connections finish in any order")
    func sizeInterleaved() {
        var random = SplitMix64(seed: 7)
        var encoder = EventEncoder()
        var open: [Ordinal] = []
        for ordinal in 0..<Ordinal(2_000) {
            encoder.appendClaim(ordinal, 0)
            open.append(ordinal)
            if open.count == 20 { encoder.append(open.remove(at: random.below(20)), .sent(0, reply: "250 2.0.0 ok")) }
        }
        while let ordinal = open.popLast() { encoder.append(ordinal, .sent(0, reply: "250 2.0.0 ok")) }
        #expect(Double(encoder.bytes.count) / 2_000 <= 9)
    }

    @Test("`appendClaim` writes what `append` writes")
    func appendClaim() {
        var fast = EventEncoder()
        fast.appendClaim(70_000, 3)
        #expect(fast.bytes == encoded([.recipient(70_000, .claimed(3))]).bytes)
    }

    @Test("long texts are cut before a character, whatever the character")
    func longText() throws {
        for (text, kept) in [
            (String(repeating: "a", count: 600), 512), (String(repeating: "ä", count: 300), 512),
            ("a" + String(repeating: "ä", count: 300), 511), (String(repeating: "🙂", count: 200), 512),
            ("abc" + String(repeating: "🙂", count: 200), 511),
        ] {
            let encoder = encoded([.recipient(0, .sent(0, reply: text)), .recipient(1, .sent(0, reply: text))])
            for event in try EventCursor.events(encoder.bytes, count: 2) {
                guard case .recipient(_, .sent(_, let reply)) = event else { throw CodecError("not sent", at: 0) }
                #expect(reply.utf8.count == kept)
                #expect(text.hasPrefix(reply))
            }
            #expect(text.clippedForLog.utf8.count == kept)
            #expect(text.hasPrefix(text.clippedForLog))
        }
        #expect("short".clippedForLog == "short")
    }
}
