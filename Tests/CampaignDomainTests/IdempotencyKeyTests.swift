import Testing

@testable import CampaignDomain

@Suite struct IdempotencyKeyTests {
    // Computed apart from the engine: `base64.b32encode(hashlib.sha256(preimage).digest()[:16])`.
    private static let vectors: [(high: UInt64, low: UInt64, text: String)] = [
        (0x0000_0000_0000_0000, 0x0000_0000_0000_0000, "aaaaaaaaaaaaaaaaaaaaaaaaaa"),
        (0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF, "77777777777777777777777774"),
        (0x0001_0203_0405_0607, 0x0809_0A0B_0C0D_0E0F, "aaaqeayeaudaocajbifqydiob4"),
        (0xF0F1_F2F3_F4F5_F6F7, 0xF8F9_FAFB_FCFD_FEFF, "6dy7f47u6x3pp6hz7l57z7p674"),
        (0x113C_2E4D_432E_B636, 0x0710_E91A_F55A_BC59, "ce6c4tkdf23dmbyq5enpkwv4le"),
        (0x4708_B67B_8E2E_34CC, 0xDC31_9DD0_178C_D7E8, "i4elm64ofy2mzxbrtxibpdgx5a"),
        (0xAF55_70F5_A181_0B7A, 0xF78C_AF4B_C70A_660F, "v5kxb5nbqefxv54mv5f4octgb4"),
    ]

    @Test("the written form is lower-case base32 of the 16 bytes, without padding")
    func description() {
        for vector in Self.vectors {
            let key = IdempotencyKey(high: vector.high, low: vector.low)
            #expect(key.description == vector.text)
            #expect(IdempotencyKey(vector.text) == key)
        }
    }

    @Test("the preimage is length of the job, job, revision, address")
    func preimage() {
        let bytes = IdempotencyKey.preimage(job: "ab".utf8, address: "c@d".utf8, revision: 258)
        #expect(bytes == [2, 0, 0, 0, 0x61, 0x62, 2, 1, 0, 0, 0x63, 0x40, 0x64])
    }

    @Test("Law 2: no two of job, address and revision share a preimage")
    func preimagesDiffer() {
        var seen: Set<[UInt8]> = []
        let jobs = ["", "a", "ab", "abc", "\u{1}", "\u{1}\u{0}\u{0}\u{0}"]
        let addresses = ["", "a", "ba", "c", "\u{0}\u{0}\u{0}\u{0}", "\u{0}a"]
        for job in jobs {
            for address in addresses {
                for revision: UInt32 in [0, 1, 0x61] {
                    let bytes = IdempotencyKey.preimage(job: job.utf8, address: address.utf8, revision: revision)
                    #expect(seen.insert(bytes).inserted)
                }
            }
        }
    }

    @Test("every key reads back, and no other text is a key")
    func roundTrip() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<1_000 {
            let key = IdempotencyKey(high: random.next(), low: random.next())
            let text = key.description
            #expect(text.utf8.count == IdempotencyKey.lengthCharacters)
            #expect(IdempotencyKey(text) == key)
        }
        let good = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
        #expect(IdempotencyKey(good) == IdempotencyKey(high: 0, low: 0))
        let short = String(good.dropLast())
        let bad: [String] = [
            "", "a", short, good + "a", good.uppercased(), short + "b", short + "d", short + "1", "=" + short,
            "ä" + String(good.dropFirst(2)), short + "\u{0}",
        ]
        for text in bad { #expect(IdempotencyKey(text) == nil, "\(text)") }
    }
}
