import Testing

@testable import CampaignDomain

/// The log's format, byte for byte: a change here makes written journals unreadable. The bytes were put together by
/// another program.
@Suite struct EventGoldenTests {
    /// One frame with every kind of event, an entry per event of ``everyKindOfEvent``.
    private static let golden: [String] = [
        "401a03066d61696c2d3104346631630462303074e72405312e302e30",
        "4108075349475445524d",
        "420e066d61696c2d31066d61696c2d32",
        "430d096469736b2066756c6c02b817",
        "20640b737072696e672d73616c650b537072696e672073616c650003d00f02c0a907000020d1d1d1d1d1d1d1d1d1d1d1"
            + "d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1201515151515151515151515151515151515151515151515151515"
            + "151515151515",
        "210fac020205656d61696c056ec3a46d65",
        "2218020b736d74703a2f2f613a32350a6469723a6f7574626f78",
        "2306056c756e6368",
        "2400",
        "250c000a77726f6e672074657874",
        "2605a902010101",
        "270c010205083432312062757379",
        "28070180a0abfef962",
        "290101",
        "2a080106353335206e6f",
        "2b0101",
        "2c0701056d6f766564",
        "2d09010772657469726564",
        "2e0801010401901c0102",
        "2f131400010b6578616d706c652e636f6d05a09902",
        "010e00",
        "0200000009323530206f6b204131",
        "020200080132",
        "03c6040100000e35353020352e312e312077686f3f",
        "04d5040001c0c9b2fef9620009343530206c61746572",
        "0502000012636f6e6e656374696f6e2072656675736564",
        "0602000b126c6f73742061667465722074686520646f74",
        "070002000d61736b65642062792068616e64",
        "080202000c756e73756273637269626564",
    ]

    private static var bytes: [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in golden.joined().utf8 {
            let digit = character < 0x3A ? character - 0x30 : character - 0x61 + 10
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return bytes
    }

    @Test("the encoder writes the golden frame")
    func encodes() {
        var encoder = EventEncoder()
        var written: [UInt8] = []
        for (event, golden) in zip(everyKindOfEvent, Self.golden) {
            encoder.append(event)
            #expect(encoder.bytes.count - written.count == golden.utf8.count / 2, "\(event.typeName)")
            written = encoder.bytes
        }
        #expect(encoder.bytes == Self.bytes)
        #expect(Self.golden.count == everyKindOfEvent.count)
    }

    @Test("the golden frame reads back: old logs stay readable")
    func decodes() throws {
        #expect(try EventCursor.events(Self.bytes, count: UInt32(everyKindOfEvent.count)) == everyKindOfEvent)
    }

    @Test("kind numbers never change their meaning")
    func kinds() {
        let numbers = EventKind.allCases.map(\.rawValue)
        #expect(numbers == Array(0x01...0x08) + Array(0x20...0x2F) + Array(0x40...0x43))
    }
}
